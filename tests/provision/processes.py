"""Child processes of the suite: started, waited for, and ended with everything they started."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

GRACE_SECONDS = 10


def free_ports(count: int) -> list[int]:
    """So many different TCP ports of the loopback address that nobody listens on at the moment."""
    with ExitStack() as held:
        sockets = [held.enter_context(closing(socket.socket())) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


@contextmanager
def running(
    command: Sequence[str | Path], *, log: Path, end: signal.Signals, environ: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in a process group of its own; at the end send it `end`, and kill what is still there."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process, end)


def wait_until(
    answers: Callable[[], bool], server: subprocess.Popen[bytes], *, seconds: float, log: Path
) -> None:
    """Ask every 50 ms until the server answers; raises RuntimeError with its last words when it does not."""
    deadline = time.monotonic() + seconds
    while not answers():
        if server.poll() is not None or time.monotonic() > deadline:
            name = Path(str(server.args[0] if isinstance(server.args, list) else server.args)).name
            words = log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{name} did not come up within {seconds:.0f} s. Its last words:\n{words}")
        time.sleep(0.05)


def _end(process: subprocess.Popen[bytes], with_signal: signal.Signals) -> None:
    _signal_group(process.pid, with_signal)
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    _signal_group(process.pid, signal.SIGKILL)
    process.wait(GRACE_SECONDS)


def _signal_group(group: int, which: signal.Signals) -> None:
    try:
        os.killpg(group, which)
    except ProcessLookupError:
        return
