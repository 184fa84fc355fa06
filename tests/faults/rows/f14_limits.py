"""F14: a process runs out of descriptors, then of memory, and is killed for it; it comes back, and nothing is lost."""

import itertools
import os
import resource
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from tests.faults.diary import keep_diaries
from tests.faults.ledger import settle_accounts, wait_until_drained
from tests.faults.load import open_registration
from tests.faults.nursery import HatchedServed
from tests.faults.outcome import Outcome, Setting
from tests.faults.probing import Probe
from tests.faults.seeded import seeded

TITLE = "F14 limits: descriptors, memory, killed for want of memory"
FREE_DESCRIPTORS = 4
IDLE_CONNECTIONS = 40


def run(setting: Setting) -> Outcome:
    outcome = Outcome()
    seconds = 2.0 if setting.quick else 20.0
    environ = seeded(setting.folder / "data")
    served = HatchedServed(environ)
    try:
        served.start()
        keep_diaries(environ)
        probe = Probe(served.port, open_registration(environ), f"{setting.seed}-")
        probe.start()
        probe.wait_until_well()
        with ExitStack() as held:
            _take_descriptors(held, served)
            _go_through("descriptors", seconds, served, probe, outcome, held)
        with ExitStack() as held:
            _take_memory(held, served)
            _go_through("memory", seconds, served, probe, outcome, held)
        _kill_for_memory(served, probe, outcome)
        probe.finish()
        wait_until_drained(environ)
        served.stop()
    finally:
        if served.process is not None:
            served.kill()
    settle_accounts(environ, probe.accepted).enter(outcome, "after all")
    outcome.numbers["answers"] = ", ".join(f"{count} x {what}" for what, count in probe.statuses.items())
    outcome.complaints += [entry for entry in probe.wrong if ": 5" in entry][:5]
    return outcome


def _take_descriptors(held: ExitStack, served: HatchedServed) -> None:
    """Hardly any are left, and people who only hold a connection take those."""
    assert served.process is not None
    used = {int(one.name) for one in Path(f"/proc/{served.process.pid}/fd").iterdir()}
    free = (number for number in itertools.count() if number not in used)
    *_, last = itertools.islice(free, FREE_DESCRIPTORS)
    held.enter_context(_limit(served, resource.RLIMIT_NOFILE, last + 1))
    for _ in range(IDLE_CONNECTIONS):
        idle = held.enter_context(closing(socket.socket()))
        idle.setblocking(False)
        idle.connect_ex(("127.0.0.1", served.port))


def _take_memory(held: ExitStack, served: HatchedServed) -> None:
    """No more address space than it has now."""
    assert served.process is not None
    pages = int(Path(f"/proc/{served.process.pid}/statm").read_text().split()[0])
    most = pages * resource.getpagesize()
    held.enter_context(_limit(served, resource.RLIMIT_AS, most))


@contextmanager
def _limit(served: HatchedServed, which: int, most: int) -> Iterator[None]:
    """The soft limit of a process that runs; lifted at the end if that process still lives."""
    assert served.process is not None
    pid = served.process.pid
    before = resource.prlimit(pid, which)
    resource.prlimit(pid, which, (most, before[1]))
    try:
        yield
    finally:
        if served.process.pid == pid and served.process.poll() is None:
            resource.prlimit(pid, which, before)


def _go_through(
    what: str, seconds: float, served: HatchedServed, probe: Probe, outcome: Outcome, held: ExitStack
) -> None:
    """Under load for a while; then the limit goes, and whoever died of it is started again, as a supervisor does."""
    assert served.process is not None
    before = probe.statuses.copy()
    time.sleep(seconds)
    met = probe.statuses - before
    held.close()
    has_died = served.process.poll() is not None
    if has_died:
        served.start()
    back = probe.wait_until_well()
    outcome.numbers[what] = (
        f"{', '.join(f'{count} x {status}' for status, count in met.items()) or 'no answers'}, "
        f"{'died, ' if has_died else ''}registering again {back:.1f} s after"
    )


def _kill_for_memory(served: HatchedServed, probe: Probe, outcome: Outcome) -> None:
    """What the system does to the largest process when memory is gone: SIGKILL, at no good moment."""
    assert served.process is not None
    accepted = probe.accepted
    os.kill(served.process.pid, signal.SIGKILL)
    served.process.wait()
    began = time.monotonic()
    served.start()
    probe.wait_until_well()
    outcome.numbers["killed"] = (
        f"after {accepted} registrations, registering again {time.monotonic() - began:.1f} s after its start"
    )
