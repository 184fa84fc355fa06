"""A light HTTP load: so many keep-alive connections in a process of its own, each sending its next request at once."""

import socket
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

CONNECTIONS = 8
_THROWN_AWAY = bytearray(1 << 18)  # what bodies are read into; nobody looks at it


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Seconds of each request, the statuses that came, and how long all of it took."""

    times: list[float]
    statuses: dict[int, int]
    seconds: float

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def percentile(self, number: int) -> float:
        """In milliseconds."""
        return statistics.quantiles(self.times, n=100)[number - 1] * 1000


def post_bytes(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A whole POST request."""
    lines = [f"POST {path} HTTP/1.1", "Host: bench", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def measure(port: int, requests: Sequence[bytes]) -> Measured:
    """Send all of them over 8 connections."""
    context = get_context("spawn")
    results = context.Queue()
    client = context.Process(target=_run, args=(port, list(requests), results))
    client.start()
    measured: Measured = results.get(timeout=300)
    client.join()
    return measured


def pooled(parts: Sequence[Measured]) -> Measured:
    """Several rounds as one."""
    statuses: dict[int, int] = {}
    for part in parts:
        for status, number in part.statuses.items():
            statuses[status] = statuses.get(status, 0) + number
    return Measured(
        times=[seconds for part in parts for seconds in part.times],
        statuses=statuses,
        seconds=sum(part.seconds for part in parts),
    )


def _run(port: int, requests: list[bytes], results: Any) -> None:
    times: list[float] = []
    statuses: dict[int, int] = {}
    ready = threading.Barrier(CONNECTIONS + 1)

    def work(mine: list[bytes]) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ready.wait()
            for request in mine:
                began = time.perf_counter()
                connection.sendall(request)
                status = _status(connection)
                times.append(time.perf_counter() - began)
                statuses[status] = statuses.get(status, 0) + 1

    threads = [threading.Thread(target=work, args=(requests[n::CONNECTIONS],)) for n in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    ready.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    results.put(Measured(times=times, statuses=statuses, seconds=time.perf_counter() - began))


def _status(connection: socket.socket) -> int:
    """Read one whole answer."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            raise ConnectionError("the server closed the connection")
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]  # none with 304
    missing = int(length or 0) - len(body)
    while missing > 0:
        missing -= connection.recv_into(_THROWN_AWAY)
    return int(head.split(b" ", 2)[1])
