"""A RabbitMQ node of the suite's own, beside whatever broker the machine runs."""

import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.provision.processes import free_ports, running, wait_until

MISSING = "RabbitMQ is not installed. On Debian: apt-get install rabbitmq-server"
START_SECONDS = 40
# Debian's command in the path insists on the user rabbitmq; the script behind it runs as anybody.
SERVER_SCRIPTS = (Path("/usr/lib/rabbitmq/bin/rabbitmq-server"),)
SETTINGS = {
    "disk_free_limit.absolute": "50MB",
    "log.console": "true",
    "log.console.level": "warning",
    "log.file": "false",
}


class Node:
    """A node that can be ended and started again on its port and data; `environ` is what rabbitmqctl needs."""

    def __init__(self, script: Path, folder: Path, port: int, environ: Mapping[str, str]) -> None:
        self.port, self.environ = port, environ
        self._script, self._folder = script, folder
        self._running = ExitStack()

    @property
    def pid(self) -> int:
        """Of the Erlang machine itself, which is a child of the start script."""
        return int((self._folder / "node.pid").read_text())

    def start(self) -> None:
        """Start, and wait until clients are let in."""
        log = self._folder / "node.log"
        # Nothing in the node is worth a graceful end, and the script's own takes seconds.
        running_node = running([self._script], log=log, end=signal.SIGKILL, environ=self.environ)
        server = self._running.enter_context(running_node)
        wait_until(self.speaks_amqp, server, seconds=START_SECONDS, log=log)

    def kill(self) -> None:
        """End it without warning; what it has written to its files stays."""
        self._running.close()

    def stop(self) -> None:
        """End it as the system does when it shuts down."""
        pid = self.pid
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + START_SECONDS
        while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.kill()

    def wipe(self) -> None:
        """Delete everything it has written; only while it does not run."""
        shutil.rmtree(self._folder / "mnesia")

    def speaks_amqp(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                return connection.recv(1) == b"\x01"
        except OSError:
            return False


@contextmanager
def broker() -> Iterator[str]:
    """Start an empty node and yield the AMQP URL of its administrator."""
    with node() as started:
        yield f"amqp://guest:guest@127.0.0.1:{started.port}/"


@contextmanager
def node(settings: Mapping[str, str] | None = None) -> Iterator[Node]:
    """Start a node, with more settings for its rabbitmq.conf."""
    script, epmd_program = _find_server(), shutil.which("epmd")
    if script is None or epmd_program is None:
        raise RuntimeError(MISSING)
    port, distribution_port, epmd_port = free_ports(3)
    with TemporaryDirectory(prefix="plenary-rabbitmq-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        lines = {"listeners.tcp.1": f"127.0.0.1:{port}", **(settings or {}), **SETTINGS}
        (folder / "rabbitmq.conf").write_text("".join(f"{key} = {value}\n" for key, value in lines.items()))
        environ = _environment(folder, port, distribution_port, epmd_port)
        epmd = [epmd_program, "-address", "127.0.0.1", "-port", str(epmd_port)]
        with running(epmd, log=folder / "epmd.log", end=signal.SIGTERM, environ=environ):
            started = Node(script, folder, port, environ)
            try:
                started.start()
                yield started
            finally:
                started.kill()


def _find_server() -> Path | None:
    for script in SERVER_SCRIPTS:
        if script.exists():
            return script
    found = shutil.which("rabbitmq-server")
    return Path(found) if found else None


def _environment(folder: Path, port: int, distribution_port: int, epmd_port: int) -> dict[str, str]:
    """Every place RabbitMQ writes to or reads from, moved into the folder."""
    (folder / "enabled_plugins").write_text("[].\n")
    (folder / "rabbitmq-env.conf").touch()
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("RABBITMQ_", "ERL_"))
    }
    return inherited | {
        "HOME": str(folder),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(epmd_port),
        "RABBITMQ_NODENAME": f"plenary-{port}@localhost",
        "RABBITMQ_DIST_PORT": str(distribution_port),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_PID_FILE": str(folder / "node.pid"),
    }
