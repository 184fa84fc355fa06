"""F5: the broker is killed, stopped and frozen while events are told; nothing that it confirmed is lost."""

import os
import random
import signal
import time

from tests.faults.outcome import Outcome, Setting
from tests.faults.stand import Stand, stand
from tests.faults.telling import Telling
from tests.faults.toys import NAMES

TITLE = "F5 the broker is killed, stopped, frozen for a minute"
KILL, STOP, FREEZE = "SIGKILL", "SIGTERM", "SIGSTOP"
QUICK = {KILL: 1}
FULL = {KILL: 8, STOP: 4, FREEZE: 2}
FROZEN_SECONDS = 60.0
RESUME_SECONDS = 60.0


def run(setting: Setting) -> Outcome:
    chance = random.Random(setting.seed)
    faults = [name for name, times in (QUICK if setting.quick else FULL).items() for _ in range(times)]
    chance.shuffle(faults)
    with stand(setting, "f05") as here:
        for name in NAMES:
            here.start(name)
        telling = here.telling(rate=20)
        telling.start()
        here.wait_for_effects(1)
        waits: dict[str, list[str]] = {}
        for fault in faults:
            time.sleep(chance.uniform(0.3, 1.5))
            confirmed = here.count_sent()
            _strike(here, fault, chance)
            waits.setdefault(fault, []).append(_resumption(here))
            here.outcome.numbers[f"{fault} after confirms of"] = str(confirmed)
        telling.finish()
        _report(here, telling, waits)
        return here.finish(telling)


def _strike(here: Stand, fault: str, chance: random.Random) -> None:
    """Take the broker away, and bring it back; returns when it lets clients in again."""
    pid = here.node.pid
    if fault == FREEZE:
        os.kill(pid, signal.SIGSTOP)
        time.sleep(FROZEN_SECONDS)
        os.kill(pid, signal.SIGCONT)
        return
    if fault == KILL:
        # Frozen for a moment before, so that it dies with events in its sockets that it has never read.
        os.kill(pid, signal.SIGSTOP)
        time.sleep(chance.uniform(0.3, 1.0))
        here.node.kill()
    else:
        here.node.stop()
    time.sleep(chance.uniform(0.0, 1.0))
    here.node.start()


def _resumption(here: Stand) -> str:
    """The seconds until something new was published and consumed."""
    began = time.monotonic()
    sent, done = here.count_sent(), here.count_effects()
    published = here.wait(lambda: here.count_sent() > sent, RESUME_SECONDS, "nothing was published")
    here.wait(lambda: here.count_effects() > done, RESUME_SECONDS, "nothing was consumed")
    return f"{published:.1f}/{time.monotonic() - began:.1f}"


def _report(here: Stand, telling: Telling, waits: dict[str, list[str]]) -> None:
    drained = here.drain()
    here.outcome.numbers |= {
        "steps": str(telling.commits),
        "slowest commit": f"{telling.slowest * 1000:.0f} ms",
        **{f"{fault} to first publish/consume": f"{' '.join(seconds)} s" for fault, seconds in waits.items()},
        "drained in": f"{drained:.1f} s",
    }
