"""The whole deployment on this machine: `with deployed_stack(folder) as deployment`."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from services.settings import NAMES
from tests.deployment import dockerfile
from tests.deployment.compose import read_compose, read_env_file
from tests.deployment.container import Container
from tests.harness import DAY_ONE
from tests.provision.postgres import DURABLE, Cluster, cluster
from tests.provision.processes import free_ports
from tests.provision.rabbitmq import Node, node
from tests.served import ROOT

ROLES = tuple(f"{name.replace('_', '-')}-{role}" for name in NAMES for role in ("worker", "web"))
PROCESSES = (*ROLES, "nginx")


class Deployment:
    """Eight processes, nginx, RabbitMQ and PostgreSQL. `base` is what people type."""

    def __init__(
        self, base: str, containers: Mapping[str, Container], database: Cluster, rabbitmq: Node
    ) -> None:
        self.base, self.containers = base, dict(containers)
        self.database, self.rabbitmq = database, rabbitmq
        self.administrator = database.url

    @property
    def port(self) -> int:
        return int(self.base.rpartition(":")[2])

    def start(self, *names: str) -> None:
        """Start these (default: all) in the order of depends_on, each once what it waits for is healthy."""
        waiting = list(names or PROCESSES)
        while waiting:
            wave = [name for name in waiting if not set(self._needs(name)) & set(waiting)]
            for name in wave:
                self.containers[name].start()
            for name in wave:
                self.containers[name].wait_healthy()
            waiting = [name for name in waiting if name not in wave]

    def restart(self, name: str) -> None:
        """As the restart policy does after an end."""
        self.containers[name].start()
        self.containers[name].wait_healthy()

    def revive(self) -> None:
        """As the restart policy does: start whatever has ended, and do not wait."""
        for name in PROCESSES:
            process = self.containers[name].process
            if process is not None and process.poll() is not None:
                self.containers[name].start()

    def wait_healthy(self) -> None:
        """Until all are well, starting again what ends meanwhile."""
        for name in PROCESSES:
            while not self.containers[name].is_healthy():
                self.revive()
                time.sleep(0.1)

    def run(self, name: str, *arguments: str) -> str:
        """A command in a container, which has to succeed; returns what it printed."""
        done = self.containers[name].run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def seed_demo(self) -> None:
        """As the README tells people who try it."""
        self.run("sessions-worker", "seed-demo", "sessions", "--day-one", DAY_ONE.isoformat())
        for name in NAMES:
            self.run(f"{name.replace('_', '-')}-worker", "seed-demo", name)

    def organiser_link(self) -> str:
        """A fresh one-time sign-in link."""
        return self.run("registration-worker", "invite-organiser", "organiser@plenary.example").strip()

    def environ(self, name: str = "") -> dict[str, str]:
        """The settings of one container; without a name, those that all services have together."""
        names = [name] if name else ["operator"]
        return self.containers[names[0]].environ

    def close(self) -> None:
        for container in self.containers.values():
            if container.process is not None and container.process.poll() is None:
                container.kill()

    def _needs(self, name: str) -> list[str]:
        return list(self.containers[name].declared.get("depends_on", {}))


@contextmanager
def deployed_stack(folder: Path, **settings: str) -> Iterator[Deployment]:
    """A running deployment with empty databases; `settings` override the example's."""
    listen, health = free_ports(2)
    base = f"http://127.0.0.1:{listen}"
    environ = {**fresh_environ(), "PLENARY_BASE_URL": base, "PLENARY_LOG_LEVEL": "WARNING", **settings}
    images = {name: dockerfile.lay_out(name, folder / "images" / name) for name in (*NAMES, "operator")}
    declared = read_compose(environ)
    definitions = Container(
        "broker-definitions",
        declared["broker-definitions"],
        image=images["operator"],
        places={"/definitions": str(folder)},
        log=folder / "definitions.log",
    )
    subprocess.run(definitions.command, cwd=definitions.image, env=definitions.environ, check=True)
    password = declared["postgres"]["environment"]["POSTGRES_PASSWORD"]
    with cluster(password, DURABLE) as database, node(broker_settings(folder)) as rabbitmq:
        administrator = database.url
        create_databases(administrator, declared["postgres"]["environment"])
        places = {
            "postgres:5432": administrator.rpartition("@")[2].partition("/")[0],
            "rabbitmq:5672": f"127.0.0.1:{rabbitmq.port}",
            "8080": f"127.0.0.1:{listen}",
            "8081": str(health),
            "127.0.0.1:8081": f"127.0.0.1:{health}",
            **_web_places(),
        }
        containers = {
            name: _container(name, declared[name], images, folder, places)
            for name in (*PROCESSES, "operator")
        }
        deployment = Deployment(base, containers, database, rabbitmq)
        try:
            yield deployment
        finally:
            deployment.close()


def fresh_environ() -> dict[str, str]:
    """What `make up` puts into .env: the example, then fresh secrets."""
    made = subprocess.run(
        [sys.executable, "-m", "services", "generate-secrets"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return read_env_file((ROOT / "deploy" / "env" / "example.env").read_text() + made)


def broker_settings(folder: Path) -> dict[str, str]:
    """deploy/rabbitmq/plenary.conf, with the definitions where they are here."""
    lines = (ROOT / "deploy" / "rabbitmq" / "plenary.conf").read_text().splitlines()
    pairs = [line.split(" = ", 1) for line in lines if line and not line.startswith("#")]
    return {key: value.replace("/definitions/", f"{folder}/") for key, value in pairs}


def create_databases(administrator: str, environ: Mapping[str, str]) -> None:
    """Run the script of deploy/postgres as the official image runs it on an empty data folder."""
    host, _, port = administrator.rpartition("@")[2].partition("/")[0].partition(":")
    access = {"PGHOST": host, "PGPORT": port, "PGPASSWORD": environ["POSTGRES_PASSWORD"]}
    script = ROOT / "deploy" / "postgres" / "create_databases.sh"
    done = subprocess.run(
        [script],
        env={"PATH": os.environ["PATH"], **environ, **access},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _web_places() -> dict[str, str]:
    """A port for every web process."""
    webs = [name for name in ROLES if name.endswith("-web")]
    return {
        f"{name}:8000": f"127.0.0.1:{port}" for name, port in zip(webs, free_ports(len(webs)), strict=True)
    }


def _container(
    name: str,
    declared: Mapping[str, object],
    images: Mapping[str, Path],
    folder: Path,
    places: Mapping[str, str],
) -> Container:
    """Volumes become folders; every port becomes one of this machine's, on the loopback address."""
    volumes = declared.get("volumes") or []
    assert isinstance(volumes, list)
    own = dict(places)
    for volume in volumes:
        source, target = str(volume).split(":")[:2]
        if not source.startswith("."):
            (folder / "volumes" / source).mkdir(parents=True, exist_ok=True)
            own[target] = str(folder / "volumes" / source)
    (metrics,) = free_ports(1)
    own |= {"9100": str(metrics), "0.0.0.0": "127.0.0.1", "127.0.0.11": "127.0.0.1"}
    if name.endswith("-web"):
        own["8000"] = places[f"{name}:8000"].rpartition(":")[2]
    image = images.get(name.rpartition("-")[0].replace("-", "_"), images["operator"])
    if name == "nginx":
        image = folder / "nginx"
        image.mkdir()
        own |= {"/pages": str(ROOT / "deploy" / "nginx" / "pages"), "/var/cache/nginx": str(image)}
        own["/etc/nginx/nginx.conf"] = str(image / "nginx.conf")
    return Container(name, declared, image=image, places=own, log=folder / f"{name}.log")
