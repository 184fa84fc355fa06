"""A RabbitMQ node of the suite's own, beside whatever broker the machine runs."""

import os
import shutil
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True)
class Node:
    """A running node; `environ` is what rabbitmqctl and its like need to find it."""

    port: int
    environ: Mapping[str, str]


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
        epmd_log, log = folder / "epmd.log", folder / "node.log"
        # Nothing in the node is worth a graceful end, and the script's own takes seconds.
        with (
            running(epmd, log=epmd_log, end=signal.SIGTERM, environ=environ),
            running([script], log=log, end=signal.SIGKILL, environ=environ) as server,
        ):
            wait_until(lambda: _speaks_amqp(port), server, seconds=START_SECONDS, log=log)
            yield Node(port=port, environ=environ)


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


def _speaks_amqp(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return connection.recv(1) == b"\x01"
    except OSError:
        return False
