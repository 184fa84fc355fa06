"""An nginx of the suite's own: the files of deploy/nginx, filled in as the official image does, as a plain process."""

import http.client
import os
import re
import shutil
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.provision.processes import free_ports, running, wait_until

MISSING = "nginx is not installed. On Debian: apt-get install nginx"
START_SECONDS = 20
SOURCE = Path(__file__).parents[2] / "deploy" / "nginx"
TYPES = Path("/etc/nginx/mime.types")


def lay_out(folder: Path, environ: Mapping[str, str], *, tls: Path | None = None) -> Path:
    """Write the configuration into a folder and return its nginx.conf; `tls` holds a certificate and its key."""
    (folder / "conf.d").mkdir(parents=True, exist_ok=True)
    for name in (SOURCE / "nginx.conf", TYPES):
        shutil.copy(name, folder / name.name)
    template = (SOURCE / "plenary.conf.template").read_text()
    (folder / "conf.d" / "plenary.conf").write_text(fill_in(template, environ))
    if tls is not None:
        shutil.copytree(tls, folder / "tls", dirs_exist_ok=True)
        text = (SOURCE / "tls.conf").read_text()
        (folder / "tls" / "tls.conf").write_text(text.replace("8443", environ["PLENARY_TLS_LISTEN"]))
    return folder / "nginx.conf"


def fill_in(template: str, environ: Mapping[str, str]) -> str:
    """What envsubst does, for the names that the compose file lets it replace; raises KeyError for a missing one."""
    return re.sub(r"\$\{(PLENARY_[A-Z_]+)\}", lambda found: environ[found[1]], template)


def executable() -> str:
    """The program; raises RuntimeError where there is none."""
    found = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if found is None:
        raise RuntimeError(MISSING)
    return found


def as_here(command: Sequence[str]) -> list[str]:
    """The command with this machine's program; started by root its workers stay root, to read the suite's files."""
    return [executable(), *command[1:], *(["-g", "user root;"] if os.geteuid() == 0 else [])]


@contextmanager
def nginx(
    folder: Path, environ: Mapping[str, str] | None = None, *, tls: Path | None = None
) -> Iterator[str]:
    """Run nginx with its working files in `folder`, and yield its base URL. Services that are not named are away.

    `environ` holds what the compose file gives nginx, for one the media folder and its secret.
    """
    listen, health, away = free_ports(3)
    services = ("REGISTRATION", "SESSIONS", "BADGES", "STREAMING_GATEWAY")
    values = {
        "PLENARY_RESOLVER": "127.0.0.1",
        "PLENARY_PAGES_DIR": str(SOURCE / "pages"),
        "PLENARY_MEDIA_DIR": str(folder / "media"),
        "PLENARY_MEDIA_SECRET": "",
        **{f"PLENARY_{name}_WEB": f"127.0.0.1:{away}" for name in services},
        **(environ or {}),
        "PLENARY_LISTEN": f"127.0.0.1:{listen}",
        "PLENARY_HEALTH": str(health),
    }
    command = as_here(["nginx", "-p", str(folder), "-c", str(lay_out(folder, values, tls=tls))])
    log = folder / "nginx.log"
    with running(command, log=log, end=signal.SIGQUIT) as process:
        wait_until(lambda: is_well(health), process, seconds=START_SECONDS, log=log)
        yield f"http://127.0.0.1:{listen}"


def is_well(health: int) -> bool:
    """Whether nginx answers its health check."""
    connection = http.client.HTTPConnection("127.0.0.1", health, timeout=2)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == 204
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
