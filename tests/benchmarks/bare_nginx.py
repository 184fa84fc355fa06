"""The least that nginx needs to serve a folder: what the deployment's nginx is measured against."""

import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.provision.nginx import as_here
from tests.provision.processes import free_ports, running, wait_until

BARE = """
daemon off; worker_processes auto; pid {folder}/nginx.pid; error_log stderr;
events {{ worker_connections 4096; }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
    types {{ video/mp2t ts; application/vnd.apple.mpegurl m3u8; }}
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port} backlog=2048; location /live/media/ {{ alias {media}/; }} }}
}}
"""


@contextmanager
def bare_nginx(media: Path) -> Iterator[tuple[tuple[str, int], list[int]]]:
    """The shortest configuration that serves the same files: what others are measured against."""
    (port,) = free_ports(1)
    address = ("127.0.0.1", port)
    with tempfile.TemporaryDirectory(prefix="plenary-bare-") as name:
        folder = Path(name)
        (folder / "nginx.conf").write_text(BARE.format(folder=folder, port=port, media=media))
        command = as_here(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")])
        log = folder / "nginx.log"
        with running(command, log=log, end=signal.SIGQUIT) as process:
            wait_until(lambda: answers(address), process, seconds=10, log=log)
            yield address, nginx_pids(name)


def answers(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=1).close()
    except OSError:
        return False
    return True


def nginx_pids(folder: str) -> list[int]:
    """The master that runs in this folder, and its workers."""
    commands = {
        int(path.name): path.joinpath("cmdline").read_bytes()
        for path in Path("/proc").iterdir()
        if path.name.isdigit() and path.joinpath("cmdline").exists()
    }
    masters = [pid for pid, words in commands.items() if folder.encode() in words and b"nginx" in words]
    return masters + [pid for pid in commands if _parent(pid) in masters and pid not in masters]


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
