"""F11: messages that cannot be taken are parked, all of them and nothing else, and the others hardly notice."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from shared.bus.tables import Inbox
from shared.bus.topology import DELIVERY_LIMIT
from shared.clock import now
from tests.faults.junk import Junk
from tests.faults.outcome import Outcome, Setting
from tests.faults.stand import DRAIN_SECONDS, Stand, stand
from tests.faults.telling import Telling
from tests.faults.toys import FAILS, KILLS, LISTENERS, TELLER

TITLE = "F11 poison: unreadable, wrong, unknown version, 10 MiB, always fails, kills whoever reads it"
TARGET = LISTENERS[0]
AROUND = 50  # innocent steps before and after the one that kills
# On a busy machine two runs of the same differ by a third; the full form counts enough to ask for more.
LEAST_RATIO = {True: 0.2, False: 0.95}


def run(setting: Setting) -> Outcome:
    # Steps between two pieces of poison. One costs about as many steps as it is tried; so the full form, which asks
    # that the others lose less than 5 % by one, adds not too many of them.
    steps, rounds, portion = (300, 1, 50) if setting.quick else (3000, 4, 150)
    with stand(setting, "f11") as here:
        here.start(TELLER)
        here.start(LISTENERS[1])
        telling = here.telling()
        junk = Junk(setting, TARGET)
        poison = _Poison(telling, junk, random.Random(setting.seed))
        took = {False: 0.0, True: 0.0}
        for _ in range(rounds):
            took[False] += _seconds(here, telling, steps, portion, lambda: None)
            took[True] += _seconds(here, telling, steps, portion, poison.add)
        deaths = _kill_by_reading(here, telling)
        here.drain(len(junk.ids), meanwhile=lambda: _hurry(here))
        ratio = took[False] / took[True]
        if ratio < LEAST_RATIO[setting.quick]:
            here.outcome.complaints.append(f"poison took {1 - ratio:.0%} of the throughput of the others")
        here.outcome.numbers |= {
            "steps": str(telling.commits),
            "poisonous": str(len(junk.ids) + poison.failing + 1),
            "steps taken without": f"{rounds * steps / took[False]:.0f}/s",
            "with": f"{rounds * steps / took[True]:.0f}/s (ratio {ratio:.2f})",
            "deaths until parked": str(deaths),
        }
        return here.finish(telling, junk.ids)


class _Poison:
    """Adds one piece at a time: junk of every kind in turn, and steps that always fail with good ones behind them."""

    def __init__(self, telling: Telling, junk: Junk, chance: random.Random) -> None:
        self._telling, self._junk, self._chance = telling, junk, chance
        self.failing = 0

    def add(self) -> None:
        self._junk.add(self._chance)
        if self.failing <= len(self._junk.ids) // 3:
            account = self._telling.another_account()
            self._telling.tell(1, word=FAILS, account=account)
            self._telling.tell(2, account=account)
            self.failing += 1


def _seconds(here: Stand, telling: Telling, steps: int, portion: int, between: Callable[[], None]) -> float:
    """How long the target takes for so many steps that wait in its queue, from the first to the last."""
    before = here.count_effects()
    for _ in range(steps // portion):
        telling.tell(portion)
        between()
    here.wait(lambda: here.count_sent() == telling.commits, DRAIN_SECONDS, "the steps were not sent")
    began = now()
    worker = here.start(TARGET)
    here.wait_for_effects(before + steps)
    worker.stop()
    return _span(here, began)


def _span(here: Stand, since: datetime) -> float:
    first, last = func.min(Inbox.received_at), func.max(Inbox.received_at)
    with here.databases[TARGET].read() as db:
        done = db.execute(select(first, last).where(Inbox.state == "done", Inbox.received_at >= since)).one()
    return float((done[1] - done[0]).total_seconds())


def _kill_by_reading(here: Stand, telling: Telling) -> int:
    """Start the target as often as one event kills it; returns how often that was."""
    account = telling.another_account()
    telling.tell(AROUND)
    telling.tell(1, word=KILLS, account=account)
    telling.tell(2, account=account)
    telling.tell(AROUND)
    for deaths in range(2 * DELIVERY_LIMIT):
        worker = here.start(TARGET)

        def is_over() -> bool:
            _hurry(here)
            return not worker.is_running or _is_parked(here, account)  # noqa: B023 - asked only here

        here.wait(is_over, DRAIN_SECONDS, "the deadly event was neither read nor parked")
        if _is_parked(here, account):
            return deaths
    here.outcome.complaints.append("the deadly event goes on killing")
    return 2 * DELIVERY_LIMIT


def _is_parked(here: Stand, account: UUID) -> bool:
    with here.databases[TARGET].read() as db:
        parked = select(Inbox.event_id).where(Inbox.state == "parked", Inbox.subject == str(account))
        return db.scalar(parked) is not None


def _hurry(here: Stand) -> None:
    """Ten attempts take a quarter of an hour, so what waits for the next one waits no longer."""
    waiting = update(Inbox).where(Inbox.state == "retry", Inbox.next_at > now())
    with here.databases[TARGET].write() as db:
        db.execute(waiting.values(next_at=now() - timedelta(seconds=1)))
