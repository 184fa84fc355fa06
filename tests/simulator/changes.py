"""What may happen in any world: changes that are told, replays, and faults of clock, database and processes."""

import random
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from shared.bus import replay
from shared.bus.outbox import row_of
from shared.bus.tables import Outbox
from tests.simulator import toys
from tests.simulator.clock import Clock
from tests.simulator.database import FaultyDatabase
from tests.simulator.moods import Moods, Unfinished
from tests.simulator.toys import HEARS, SERVICES, SUBSCRIPTIONS


class Changes:
    """The part of a world that alpha and chance have in their hands."""

    chance: random.Random
    clock: Clock
    databases: Mapping[str, FaultyDatabase]
    moods: Moods
    replayed: dict[tuple[str, str], tuple[str, str]]
    foreign: list[tuple[str, bytes, str]]
    _doomed: dict[str, int]
    _late: int | None
    _is_crowded: bool

    @abstractmethod
    def note(self, what: str) -> None: ...

    @abstractmethod
    def act(self, service: str, action: Callable[[], object], process: Any = None) -> bool: ...

    @abstractmethod
    def send_foreign(self, service: str, raw: bytes) -> None: ...

    def tell(self) -> None:
        """A change of alpha, which may fail at the last moment."""
        events = [self.moods.event() for _ in range(self.chance.randint(1, 2))]
        fails = self.chance.random() < 0.1
        self.note(f"alpha tells {' '.join(f'{one.number}({one.thing} {one.mood})' for one in events)}")

        def change() -> None:
            with self.databases["alpha"].write() as db:
                toys.tell(db, *events)
                if fails:
                    raise Unfinished

        self.act("alpha", change)

    def tell_late(self) -> None:
        """A change that took its number early and commits after others with higher ones, as on PostgreSQL."""
        auditor = self.databases["alpha"].auditor
        if self._late is None:
            auditor.execute("UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'outbox'")
            row = auditor.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
            self._late = row and row[0]
            return
        number, event = self._late, self.moods.event("late")
        self._late = None
        self.note(f"alpha tells {event.number} late, as {number}")

        def change() -> None:
            with self.databases["alpha"].write() as db:
                db.add(toys.Fact(number=event.number))
                db.execute(insert(Outbox).values(seq=number, **row_of(event)))

        self.act("alpha", change)

    def tell_again(self) -> None:
        """Replay of everything that alpha told to one of its subscribers, once each."""
        subscriber = self.chance.choice(("beta", "gamma"))
        is_told = any(target == subscriber for target, _ in self.replayed.values())
        if is_told or self.moods.may_kill:
            return
        types = [kind for kind in SUBSCRIPTIONS[subscriber] if ".alpha." in kind]
        self.note(f"replay for {subscriber}")

        def change() -> None:
            with self.databases["alpha"].write() as db:
                replay.replay(db, subscriber=subscriber, types=types)

        self.act("alpha", change)
        rows = "SELECT event_id, generation, target FROM outbox WHERE generation <> ''"
        for event_id, generation, target in self.databases["alpha"].auditor.execute(rows):
            self.replayed[str(UUID(event_id)), generation] = (target, generation)

    def doom(self) -> None:
        """Somebody dies at one of the next moments at which that could hurt."""
        self._doomed[self.chance.choice(SERVICES)] = self.chance.randint(1, 6)

    def jump(self) -> None:
        """The wall clock is set, forwards or backwards."""
        self.clock.error += self.chance.choice((5, 200, 3600, 86400)) * self.chance.choice((-1, 1))
        self.note(f"the clock is wrong by {self.clock.error} s")

    def lose_database(self) -> None:
        """A database goes away, or comes back."""
        name = self.chance.choice(SERVICES)
        database = self.databases[name]
        if self.chance.random() < 0.6:
            database.refusals = self.chance.randint(1, 3)
            self.note(f"the database of {name} is away for a moment")
            return
        database.is_away = not database.is_away
        self.note(f"the database of {name} is {'away' if database.is_away else 'back'}")

    def crowd(self) -> None:
        self._is_crowded = not self._is_crowded

    def receive_foreign(self) -> None:
        """Bytes that no release of today can use."""
        service = self.chance.choice(SERVICES)
        raw, state = self.moods.foreign(HEARS[service][0].TYPE)
        self._doomed.pop(service, None)  # or nobody could say whether it was stored
        self.note(f"{service} is sent what it cannot use: {state}")
        if self.act(service, lambda: self.send_foreign(service, raw)):
            self.foreign.append((service, raw, state))
