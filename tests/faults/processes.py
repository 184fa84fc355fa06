"""The worker processes that the driver starts, kills, freezes and starts again."""

import multiprocessing
import os
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from shared.bus.broker import bus_of
from shared.bus.provisioning import require_topology
from shared.log import set_up_logging
from shared.runtime import Runtime
from shared.settings import Secret, ServiceSettings
from tests.faults import points
from tests.faults.toys import SUBSCRIPTIONS, toy

STOP_SECONDS = 30
LOOK_SECONDS = 0.5

# Every worker is a process of its own, forked from one that has imported everything, so that a start takes no second.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What a worker is to be; it dies at `point`, and takes `pace` seconds for every event."""

    service: str
    database_url: str
    bus_url: str
    log: Path
    point: str = ""
    pace: float = 0.0


class Worker:
    """The worker of a toy service, with its relay, consumer and timers, as `python -m services worker` runs it."""

    def __init__(self, orders: Orders) -> None:
        self.orders = orders
        self._process = _CONTEXT.Process(target=_work, args=(orders,), daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.is_alive()

    @property
    def memory(self) -> float:
        """Resident MiB."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

    def died(self, seconds: float) -> bool:
        """Wait for the end that its point brings; whether it came, and in that way."""
        self._process.join(seconds)
        return self._process.exitcode == -signal.SIGKILL

    def kill(self) -> None:
        self._process.kill()
        self._process.join()

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> float:
        """As `docker stop`: a signal and patience; returns the seconds it took."""
        began = time.monotonic()
        self._process.terminate()
        self._process.join(STOP_SECONDS)
        self.kill()
        return time.monotonic() - began

    def last_words(self) -> str:
        return self.orders.log.read_text(errors="replace")[-1500:]


def count_repeats(log: Path) -> int:
    """How many deliveries the inboxes of a log had already."""
    return log.read_bytes().count(points.HEARD_AGAIN)


def _work(orders: Orders) -> None:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    parent = os.getppid()
    output = os.open(orders.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    set_up_logging("WARNING")
    points.note_repeats()
    if orders.point:
        points.arm(orders.point)
    settings = ServiceSettings(
        database_url=Secret(orders.database_url),
        bus_url=Secret(orders.bus_url),
        base_url="http://127.0.0.1",
        data_dir=orders.log.parent,
    )
    bus = bus_of(orders.bus_url, SUBSCRIPTIONS)
    runtime = Runtime(toy(orders.service, orders.pace), settings, bus)
    runtime.require_database()
    require_topology(orders.bus_url, orders.service, runtime.service.subscriptions)
    runtime.start_worker()
    while not stopping.wait(LOOK_SECONDS):
        if os.getppid() != parent or runtime.lost_loops():
            os._exit(1)
    runtime.stop()
