"""A PostgreSQL server of the suite's own, beside whatever server the machine runs."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def postgres(password: str = "") -> Iterator[str]:
    """Start an empty server and yield the SQLAlchemy URL of its superuser on the database postgres.

    With a password everybody needs one; without, the server trusts whoever comes.
    """
    programs = _find_programs()
    if programs is None:
        raise RuntimeError(MISSING)
    (port,) = free_ports(1)
    with TemporaryDirectory(prefix="plenary-postgres-", ignore_cleanup_errors=True) as name:
        folder, log = Path(name), Path(name) / "server.log"
        if os.geteuid() == 0:
            shutil.chown(folder, SYSTEM_USER, SYSTEM_USER)
        _create_cluster(programs, folder / "cluster", password)
        with running(_server(programs, folder, port), log=log, end=signal.SIGINT) as server:
            wait_until(lambda: _is_ready(programs, port), server, seconds=START_SECONDS, log=log)
            who = f"{SYSTEM_USER}:{password}" if password else SYSTEM_USER
            yield f"postgresql+psycopg://{who}@127.0.0.1:{port}/postgres"


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


def _server(programs: Path, folder: Path, port: int) -> list[str | Path]:
    settings = SETTINGS | {
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
