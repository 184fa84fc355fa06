"""F9: a worker loses its line to the broker or to the database, or freezes; another one takes its place."""

import random
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.engine import make_url

from tests.faults.outcome import Outcome, Setting
from tests.faults.processes import Worker
from tests.faults.proxy import DOWN, UP, Proxy
from tests.faults.stand import Stand, stand
from tests.faults.toys import LISTENERS, TELLER

TITLE = "F9 workers lose the broker or the database, in both directions or one, or freeze; others stand by"
CONSUMER, BYSTANDER = LISTENERS
REPLACED_SECONDS = 30.0
STILL_SECONDS = 4.0  # what the worker had taken before has shown its effect by then
PACE_SECONDS = 0.02  # of the consumer, so that most faults find it within a transaction
AFTERWARDS_SECONDS = 3.0  # for whatever a worker that comes back may do wrong
BROKER, DATABASE, FREEZE = "broker", "database", "freeze"
CASES = [
    (FREEZE, ()),
    *((line, directions) for line in (DATABASE, BROKER) for directions in ((UP, DOWN), (UP,), (DOWN,))),
]


@dataclass(frozen=True, kw_only=True)
class Side:
    """A worker behind two bad lines, and one of the same service that stands by with direct ones."""

    worker: Worker
    standby: Worker
    lines: dict[str, Proxy]

    def strike(self, case: tuple[str, tuple[str, ...]]) -> None:
        what, directions = case
        if what == FREEZE:
            self.worker.freeze()
        else:
            self.lines[what].silence(*directions)

    def heal(self, case: tuple[str, tuple[str, ...]]) -> None:
        if case[0] == FREEZE:
            self.worker.thaw()
        else:
            self.lines[case[0]].heal()


def run(setting: Setting) -> Outcome:
    chance = random.Random(setting.seed)
    with stand(setting, "f09") as here:
        here.start(BYSTANDER)
        telling = here.telling(rate=20)
        telling.start()
        # In the quick form both sides suffer at once, each something that the seed decides.
        if setting.quick:
            _suffer(here, {TELLER: chance.choice(CASES), CONSUMER: chance.choice(CASES)})
        else:
            for case in chance.sample(CASES, len(CASES)):
                _suffer(here, {TELLER: case})
                _suffer(here, {CONSUMER: case})
        telling.finish()
        for name in (TELLER, CONSUMER):
            here.start(name)
        here.outcome.numbers |= {"steps": str(telling.commits), "drained in": f"{here.drain():.1f} s"}
        return here.finish(telling)


def _suffer(here: Stand, cases: dict[str, tuple[str, tuple[str, ...]]]) -> None:
    """One case for each of these services at the same time: note how soon the other worker does its work."""
    others = [here.start(name) for name in (TELLER, CONSUMER) if name not in cases]
    with _both(here, list(cases)) as sides:
        for name, case in cases.items():
            sides[name].strike(case)
        began = time.monotonic()
        time.sleep(STILL_SECONDS)
        for name, seconds in _replacements(here, cases, began).items():
            words = f"{name} {' '.join((cases[name][0], *cases[name][1]))}"
            here.outcome.numbers[words] = f"{seconds:.1f} s"
            if seconds > REPLACED_SECONDS:
                here.outcome.complaints.append(
                    f"{words}: nobody took its place within {REPLACED_SECONDS:.0f} s"
                )
        for name, case in cases.items():
            sides[name].heal(case)
        time.sleep(AFTERWARDS_SECONDS)
    for worker in others:
        worker.stop()


def _replacements(here: Stand, names: Iterable[str], began: float) -> dict[str, float]:
    """How many seconds after the beginning each service worked again; a little more than patience if it did not."""
    counts = {TELLER: here.count_sent, CONSUMER: here.count_effects}
    before = {name: counts[name]() for name in names}
    seconds: dict[str, float] = {}
    while len(seconds) < len(before) and time.monotonic() - began <= REPLACED_SECONDS:
        time.sleep(0.1)
        works = [name for name in before.keys() - seconds.keys() if counts[name]() > before[name]]
        seconds |= dict.fromkeys(works, time.monotonic() - began)
    return {name: seconds.get(name, time.monotonic() - began) for name in before}


@contextmanager
def _both(here: Stand, names: list[str]) -> Iterator[dict[str, Side]]:
    """The first workers lead and consume before those that stand by are there."""
    lines = {name: _lines(here, name) for name in names}
    try:
        done = here.count_effects()
        workers = {name: _behind(here, name, lines[name]) for name in names}
        here.wait_for_effects(done + 5)
        standbys = {name: here.start(name) for name in names}
        time.sleep(1.0)
        yield {name: Side(worker=workers[name], standby=standbys[name], lines=lines[name]) for name in names}
        for worker in (*workers.values(), *standbys.values()):
            worker.kill()
    finally:
        for pair in lines.values():
            for line in pair.values():
                line.close()


def _lines(here: Stand, name: str) -> dict[str, Proxy]:
    database = make_url(here.urls[name]).port
    assert database is not None
    return {
        BROKER: Proxy(here.node.port, seed=here.setting.seed),
        DATABASE: Proxy(database, seed=here.setting.seed),
    }


def _behind(here: Stand, name: str, lines: dict[str, Proxy]) -> Worker:
    database = make_url(here.urls[name]).set(port=lines[DATABASE].port)
    return here.start(
        name,
        bus_url=here.setting.servers.bus_url(name, lines[BROKER].port),
        database_url=database.render_as_string(hide_password=False),
        pace=PACE_SECONDS,
    )
