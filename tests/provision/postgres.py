"""A PostgreSQL server of the suite's own, beside whatever server the machine runs."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.provision.processes import free_ports, running, wait_until

MISSING = "PostgreSQL is not installed. On Debian: apt-get install postgresql"
START_SECONDS = 30
SYSTEM_USER = "postgres"
# Tests lose nothing that matters when the machine loses power.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "64MB",
}
# For a server that is going to be killed: what it has committed is then with the system, which outlives it.
DURABLE = {"synchronous_commit": "on", "full_page_writes": "on"}


class Cluster:
    """A server that can be ended in each of its ways, and started again on its port and data."""

    def __init__(
        self, programs: Path, folder: Path, port: int, password: str, settings: Mapping[str, str]
    ) -> None:
        self._programs, self._folder, self._port = programs, folder, port
        self._settings = settings
        self._running = ExitStack()
        who = f"{SYSTEM_USER}:{password}" if password else SYSTEM_USER
        self.url = f"postgresql+psycopg://{who}@127.0.0.1:{port}/postgres"

    @property
    def pid(self) -> int:
        """Of the process that starts all others of the server."""
        return int((self._folder / "cluster" / "postmaster.pid").read_text().split()[0])

    def start(self) -> None:
        """Start, and wait until clients are let in."""
        log = self._folder / "server.log"
        command = _server(self._programs, self._folder, self._port, self._settings)
        server = self._running.enter_context(running(command, log=log, end=signal.SIGINT))
        wait_until(lambda: _is_ready(self._programs, self._port), server, seconds=START_SECONDS, log=log)

    def kill(self) -> None:
        """End all of its processes without warning; what it has given to the system to write stays."""
        pids = [self.pid, *_children_of(self.pid)]
        for pid in pids:
            _send(pid, signal.SIGKILL)
        self._running.close()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT is its fast way to stop, SIGQUIT the immediate one, which leaves the work to the next start."""
        _send(self.pid, how)
        self._running.close()

    def close(self) -> None:
        """End it if it runs."""
        self._running.close()


@contextmanager
def postgres(password: str = "") -> Iterator[str]:
    """Start an empty server and yield the SQLAlchemy URL of its superuser on the database postgres.

    With a password everybody needs one; without, the server trusts whoever comes.
    """
    with cluster(password) as started:
        yield started.url


@contextmanager
def cluster(
    password: str = "", settings: Mapping[str, str] | None = None, folder: Path | None = None
) -> Iterator[Cluster]:
    """Start an empty server, with more settings; its data lie in `folder`, or where the system keeps such."""
    programs = _find_programs()
    if programs is None:
        raise RuntimeError(MISSING)
    (port,) = free_ports(1)
    with TemporaryDirectory(prefix="plenary-postgres-", dir=folder, ignore_cleanup_errors=True) as name:
        place = Path(name)
        if os.geteuid() == 0:
            shutil.chown(place, SYSTEM_USER, SYSTEM_USER)
        _create_cluster(programs, place / "cluster", password)
        started = Cluster(programs, place, port, password, {**SETTINGS, **(settings or {})})
        try:
            started.start()
            yield started
        finally:
            started.close()


def _children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _send(pid: int, which: signal.Signals) -> None:
    try:
        os.kill(pid, which)
    except ProcessLookupError:
        return


def _find_programs() -> Path | None:
    """The newest folder that holds the server's programs; Debian keeps them out of the path."""
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda found: int(found.parts[-3])
    )
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _as_owner(*command: str | Path) -> list[str | Path]:
    """PostgreSQL refuses to run as root; there it runs as the user that its package made."""
    return ["runuser", "-u", SYSTEM_USER, "--", *command] if os.geteuid() == 0 else [*command]


def _create_cluster(programs: Path, cluster: Path, password: str) -> None:
    options = ["--no-sync", "--no-instructions", "--encoding=UTF8", "--locale=C"]
    if password:
        file = cluster.with_name("password")
        file.write_text(password)
        file.chmod(0o644)
        options += ["--auth=scram-sha-256", f"--pwfile={file}"]
    else:
        options.append("--auth=trust")
    command = _as_owner(programs / "initdb", *options, f"--username={SYSTEM_USER}", "-D", cluster)
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"initdb failed:\n{done.stderr}")


def _server(programs: Path, folder: Path, port: int, settings: Mapping[str, str]) -> list[str | Path]:
    settings = {
        **settings,
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(folder),
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return _as_owner(programs / "postgres", "-D", folder / "cluster", *options)


def _is_ready(programs: Path, port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    question = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(question, check=False).returncode == 0
