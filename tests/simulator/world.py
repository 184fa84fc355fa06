"""A world of toy services: what may happen in it, and how it comes to rest once everything is mended."""

import random
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from shared.bus import outbox, relay, replay
from shared.bus.inbox import LONGEST_PAUSE, InboxReceiver
from shared.bus.publisher import Publisher
from shared.bus.relay import Relay
from tests.simulator import toys
from tests.simulator.changes import Changes
from tests.simulator.clock import Clock
from tests.simulator.database import Death, FaultyDatabase
from tests.simulator.moods import Moods, Unfinished
from tests.simulator.replacing import replaced
from tests.simulator.toys import Thing

ROUNDS = 4000


class Wrong(Exception):
    """Something happened that never may."""


class World(Changes, ABC):
    """`relays` and `inboxes` are those of the processes that live now."""

    def __init__(self, seed: int, databases: Mapping[str, FaultyDatabase]) -> None:
        self.chance = random.Random(seed)
        self._ids = random.Random(-seed - 1)
        self.clock = Clock()
        self.databases = databases
        self.trace: list[str] = []
        self.moods = Moods(self.chance, self.clock)
        self.replayed: dict[tuple[str, str], tuple[str, str]] = {}
        self.foreign: list[tuple[str, bytes, str]] = []
        self.acting = ""
        self.process: Any = None
        self._doomed: dict[str, int] = {}
        self._marked: set[tuple[str, int]] = set()
        self._late: int | None = None
        self._is_crowded = False
        for name, database in databases.items():
            database.empty()
            database.dies = partial(self.dies, name)

    # What a kind of world has to say.

    @abstractmethod
    def steps(self) -> dict[Callable[[], object], float]:
        """What else may happen, and how often."""

    @abstractmethod
    def faults(self) -> dict[Callable[[], object], float]:
        """What else may go wrong, and how often."""

    @abstractmethod
    def restart(self, process: Any) -> None:
        """A process has died; None stands for whoever answers requests."""

    @abstractmethod
    def round(self) -> bool:
        """Everything that lives goes one step on; says whether there was anything to do."""

    @abstractmethod
    def mend(self) -> None:
        """Whatever is broken outside the processes is whole again."""

    @abstractmethod
    def is_empty(self) -> bool:
        """Whether nothing is on its way."""

    @abstractmethod
    def safe_with(self, event_id: str, generation: str) -> set[str]:
        """The services that can no longer miss an event."""

    # One history.

    def live(self, length: int) -> None:
        """So many steps by chance, then the rest. Each history has its own few faults, and those often."""
        faults = {
            self.tell_again: 0.3,
            self.doom: 1.2,
            self.jump: 0.6,
            self.lose_database: 1.0,
            self.crowd: 0.2,
            self.receive_foreign: 0.5,
            **self.faults(),
        }
        steps = {
            self.tell: 6.0,
            self.tell_late: 1.0,
            **self.steps(),
            **{fault: often * self.chance.choice((0, 0.5, 4)) for fault, often in faults.items()},
        }
        for _ in range(length):
            self.clock.seconds += self.chance.random() * 0.2
            (step,) = self.chance.choices(list(steps), list(steps.values()))
            step()
        self.come_to_rest()

    def come_to_rest(self) -> None:
        """Everything is mended; time passes as far as the next thing is due, but not for ever."""
        self.note("everything is mended")
        self._doomed.clear()
        self._is_crowded = False
        for database in self.databases.values():
            database.is_away, database.refusals = False, 0
        self.mend()
        until = self.clock.seconds + self.moods.longest() + 2 * LONGEST_PAUSE.total_seconds()
        idle = 0
        for _ in range(ROUNDS):
            if self.round():
                idle = 0
                self.clock.seconds += 0.06
            elif self.is_at_rest():
                return
            else:
                idle += 1
                self.clock.seconds += self._until_due() or min(60, 2**idle)
            if self.clock.seconds > until:
                break
        raise Wrong(f"does not come to rest: {self.unfinished()}")

    def is_at_rest(self) -> bool:
        return self.is_empty() and not any(self.unfinished().values())

    def unfinished(self) -> dict[str, int]:
        """How many rows of each service still wait."""
        waiting = (
            "SELECT (SELECT count(*) FROM outbox WHERE sent_at IS NULL), "
            "(SELECT count(*) FROM inbox WHERE state IN ('retry', 'trying'))"
        )
        return {name: sum(one.auditor.execute(waiting).fetchone()) for name, one in self.databases.items()}

    def has_work_for(self, one: Relay, service: str) -> bool:
        """Whether there is reason to step a relay; asking costs a hundredth of the step."""
        unsent = "SELECT 1 FROM outbox WHERE sent_at IS NULL LIMIT 1"
        return bool(one._in_flight) or self.databases[service].auditor.execute(unsent).fetchone() is not None

    def is_waiting(self, service: str) -> bool:
        """Whether an event waits for a time."""
        waiting = "SELECT 1 FROM inbox WHERE state = 'retry' AND next_at IS NOT NULL LIMIT 1"
        return self.databases[service].auditor.execute(waiting).fetchone() is not None

    def note(self, what: str) -> None:
        self.trace.append(f"{self.clock.seconds:9.2f}  {what}")

    @abstractmethod
    def send_foreign(self, service: str, raw: bytes) -> None:
        """Bring these bytes to the inbox of a service; once this returns they are on their way for good."""

    # What processes are made of, and how they end.

    def new_relay(self, service: str, publisher: Publisher) -> Relay:
        return Relay(self.databases[service], publisher, lambda: self._is_crowded, self.clock.monotonic)

    def new_inbox(self, service: str) -> InboxReceiver:
        handlers = toys.handlers_of(service, self._bear)
        return InboxReceiver(
            self.databases[service], handlers, clock=self.clock.now, chance=self.chance.random
        )

    def act(self, service: str, action: Callable[[], object], process: Any = None) -> bool:
        """Do something as a process of this service; says whether it went through."""
        before = self.acting, self.process
        self.acting, self.process = service, process
        try:
            action()
        except Unfinished:
            self.note(f"{service} changes its mind")
        except SQLAlchemyError as error:
            self.note(f"{service} gives up: {type(error).__name__}")
        except Death as death:
            self.note(f"{process.name if hasattr(process, 'name') else service} dies {death}")
            self.restart(process)
        else:
            return True
        finally:
            self.acting, self.process = before
        return False

    def relay_step(self, service: str, one: Relay, process: Any = None) -> bool:
        """One step of a relay, after which nothing may be marked that is not safe."""
        busy: list[bool] = []
        self.act(service, lambda: busy.append(one.step()), process)
        self._check_marks(service)
        return any(busy)

    def dies(self, service: str, moment: str) -> bool:
        """Whether the process that acts for a service ends at this moment."""
        if service not in self._doomed:
            return False
        self._doomed[service] -= 1
        if self._doomed[service] > 0:
            return False
        del self._doomed[service]
        return True

    @contextmanager
    def in_its_time(self) -> Iterator[None]:
        """The modules that look at the clock or draw identifiers by themselves do so in this world."""
        new_id = lambda: UUID(int=self._ids.getrandbits(128), version=4)  # noqa: E731
        with (
            replaced(outbox, now=self.clock.now, new_id=new_id),
            replaced(relay, now=self.clock.now),
            replaced(replay, uuid4=new_id),
        ):
            yield

    def _bear(self, service: str, event: Thing) -> None:
        what = self.moods.effect_on(service, event)
        if what == "kills":
            raise Death(f"of {event.number}")
        if what == "is slow":
            self.clock.seconds += 30
            self.be_slow()
        elif what == "locks":
            raise OperationalError("INSERT", None, sqlite3.OperationalError("database is locked"))
        elif what:
            raise Broken(f"{event.number} {what}")

    @abstractmethod
    def be_slow(self) -> None:
        """A handler has taken half a minute."""

    def _check_marks(self, service: str) -> None:
        auditor = self.databases[service].auditor
        there = set()
        for seq, event_id, generation, kind, sent_at in auditor.execute(
            "SELECT seq, event_id, generation, type, sent_at FROM outbox"
        ):
            key = str(UUID(event_id)), generation
            there.add(key)
            if sent_at is not None and (service, seq) not in self._marked:
                self._marked.add((service, seq))
                self._require_safe(key, toys.hearers_of(kind))
        if service == "alpha":
            for key, (target, _) in self.replayed.items():
                if key not in there:
                    self._require_safe(key, {target})

    def _require_safe(self, key: tuple[str, str], hearers: set[str] | frozenset[str]) -> None:
        missing = hearers - self.safe_with(*key)
        if missing:
            raise Wrong(f"{key[0]} is marked as sent, but {', '.join(sorted(missing))} can miss it")

    def _until_due(self) -> float:
        """Seconds until the next waiting event is due; zero when none has a time."""
        now = self.clock.now().replace(tzinfo=None)
        waits = []
        for database in self.databases.values():
            query = "SELECT min(next_at) FROM inbox WHERE state = 'retry'"
            (at,) = database.auditor.execute(query).fetchone()
            if at is not None:
                waits.append((now.fromisoformat(at) - now).total_seconds())
        return min(300.0, max(0.1, min(waits))) if waits else 0.0


class Broken(Exception):
    """What a handler with a defect raises."""
