"""Building a read model anew: what all publishers retain goes into a shadow, which then takes the place of the old."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from sqlalchemy import ColumnElement, FromClause, Select, exists, func, select, text

from shared.bus.comparison import Comparison, Pair
from shared.bus.generation import (
    Asked,
    GenerationOpen,
    Record,
    beside,
    drop_generation,
    find_generation,
    make_generation,
    open_shadow,
    shadows_of,
    table_of,
)
from shared.bus.replay import count_retained, replay_next, retained
from shared.bus.tables import Inbox, Outbox
from shared.db import Database, Plumbing, Transaction
from shared.service import Service

# So many events are asked for at a time: what others tell meanwhile waits behind no more than these.
SLICE = 2000
LEVEL_TRIES, LEVEL_PAUSE = 20, 0.05


class RebuildRefused(Exception):
    """It cannot begin or end like this; the words say why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a rebuild is. `total` is what the publishers retain; `waiting` events failed and are tried again."""

    seen: bool
    arrived: int
    total: int
    waiting: int
    complete: bool


class Rebuild:
    """One rebuild of one service, from `open` until `drop`. Its state is in the shadow, so any process can go on."""

    def __init__(self, service: Service, live: Database, publishers: Mapping[str, Database]) -> None:
        """Go on with the rebuild that is open; raises RebuildRefused when there is none."""
        name = find_generation(live)
        if name is None:
            raise RebuildRefused(f"no rebuild of {service.name} is open")
        self.name = name
        self._service = service
        self._live = live
        self._publishers = publishers
        self._shadow = open_shadow(live, name)

    @classmethod
    def open(cls, service: Service, live: Database, publishers: Mapping[str, Database]) -> Self:
        """Begin; raises RebuildRefused where another one is open, or where nothing was ever heard."""
        with live.read() as db:
            if db.scalar(select(Inbox.event_id).limit(1)) is None:
                raise RebuildRefused(
                    f"{service.name} has never heard anything: this database is new, or lost. Restore its backup "
                    "first: what it owned itself comes back from nowhere else. If it is meant to be new, use replay."
                )
        try:
            make_generation(live, service.metadata, service.all_read_models)
        except GenerationOpen:
            raise RebuildRefused(
                f"a rebuild of {service.name} is open already; --resume goes on with it, --abandon gives it up"
            ) from None
        return cls(service, live, publishers)

    def step(self) -> Progress:
        """Ask for more if little is under way, and look how far it is. Nothing is asked before a worker is there."""
        with self._shadow.read() as db:
            seen = db.scalar(select(Record.seen_at)) is not None
            asked = {row.publisher: row for row in db.scalars(select(Asked))}
            arrived = db.scalar(_count(Inbox.generation == self.name)) or 0
            waiting = db.scalar(_count(Inbox.state == "retry")) or 0
        under_way = sum(row.count for row in asked.values()) - arrived
        open_ones = [name for name in self._publishers if name not in asked or not asked[name].is_all]
        if seen and open_ones and under_way < SLICE:
            self._ask(open_ones[0], asked.get(open_ones[0]))
        complete = seen and not open_ones and self._is_complete(asked, arrived)
        return Progress(
            seen=seen, arrived=arrived, total=max(arrived, self._total), waiting=waiting, complete=complete
        )

    @cached_property
    def _total(self) -> int:
        return self._count_retained(dict.fromkeys(self._publishers))

    def compare(self) -> list[Comparison]:
        """Say what differs, and change nothing."""
        return self._with_consumer_excluded(swap=False)

    def swap(self) -> list[Comparison]:
        """Say what differed, and bring the read models to what the shadow says, in one transaction."""
        return self._with_consumer_excluded(swap=True)

    def drop(self) -> None:
        """Remove the shadow with all that is in it."""
        self.close()
        drop_generation(self._live)

    def close(self) -> None:
        self._shadow.close()

    def _ask(self, publisher: str, asked: Asked | None) -> None:
        asked = asked or Asked(publisher=publisher, up_to=0, count=0, is_all=False)
        with self._publishers[publisher].write() as db:
            up_to, count = replay_next(
                db,
                subscriber=self._service.name,
                types=self._service.subscriptions,
                generation=self.name,
                after=asked.up_to,
                at_most=SLICE,
            )
        with self._shadow.write() as db:
            asked = db.merge(asked)
            asked.up_to, asked.count, asked.is_all = up_to, asked.count + count, count < SLICE

    def _is_complete(self, asked: Mapping[str, Asked], arrived: int) -> bool:
        """Whether each event that can still be told is there; who was erased meanwhile is told of no more."""
        up_to = {name: row.up_to for name, row in asked.items()}
        if arrived < self._count_retained(up_to):
            return False
        with self._shadow.read() as db:
            there = set(db.scalars(select(Inbox.event_id).where(Inbox.generation == self.name)))
        for name, number in up_to.items():
            these = retained(self._service.subscriptions) & (Outbox.seq <= number)
            with self._publishers[name].read() as db:
                if any(
                    event_id not in there for event_id in db.scalars(select(Outbox.event_id).where(these))
                ):
                    return False
        return not self._waits()

    def _waits(self) -> bool:
        with self._shadow.read() as db:
            return bool(db.scalar(_count(Inbox.state.in_(("retry", "trying")))))

    def _count_retained(self, up_to: Mapping[str, int | None]) -> int:
        total = 0
        for name, number in up_to.items():
            with self._publishers[name].read() as db:
                total += count_retained(db, self._service.subscriptions, number)
        return total

    def _with_consumer_excluded(self, *, swap: bool) -> list[Comparison]:
        with beside(self._live, self.name) as database:
            tables = shadows_of(self.name, Plumbing.metadata, self._service.metadata)
            inbox = tables[Inbox.__tablename__]
            for _ in range(LEVEL_TRIES):
                with database.write() as db:
                    _exclude_consumer(db, self.name)
                    if _is_level(db, inbox):
                        return self._compare_and_swap(db, tables, swap=swap)
                time.sleep(LEVEL_PAUSE)
        raise RebuildRefused("the consumer has not committed for a while; is the worker well? Then --resume")

    def _compare_and_swap(
        self, db: Transaction, tables: dict[str, FromClause], *, swap: bool
    ) -> list[Comparison]:
        self._require_all_heard(db, tables[Inbox.__tablename__])
        models = self._service.all_read_models
        order = {table.name: place for place, table in enumerate(self._service.metadata.sorted_tables)}
        pairs = [Pair(table_of(model), how, tables) for model, how in models.items()]
        pairs.sort(key=lambda pair: order.get(pair.live.name, -1))
        found = [pair.compare(db) for pair in pairs]
        if swap:
            different = [pair for pair, one in zip(pairs, found, strict=True) if one.differing]
            for pair in different:
                pair.swap(db)
            if any(pair.compare(db).differing for pair in different):
                raise RebuildRefused(
                    "the tables differ from their shadow after the swap; nothing was changed"
                )
        return found

    def _require_all_heard(self, db: Transaction, shadow: FromClause) -> None:
        """Raises RebuildRefused where the shadow knows less than the live tables do."""
        with self._shadow.read() as own:
            seen_at = own.scalar(select(Record.seen_at))
        live = table_of(Inbox)
        same = shadow.c.event_id == live.c.event_id
        unheard = db.scalar(
            select(func.count()).where(
                live.c.generation == "",
                live.c.received_at >= seen_at,
                live.c.state != "ignored",
                live.c.type.in_(self._service.subscriptions),
                ~exists().where(same),
            )
        )
        if unheard:
            raise RebuildRefused(
                f"the shadow lacks what the live tables heard ({unheard}); --abandon it, and begin again"
            )
        parked = select(shadow.c.reason).where(
            shadow.c.state == "parked", ~exists().where(same, live.c.state == "parked")
        )
        if reason := db.scalar(parked.limit(1)):
            raise RebuildRefused(f"an event could not be applied to the shadow: {reason}")


def _count(which: ColumnElement[bool]) -> Select[int]:
    return select(func.count()).select_from(Inbox).where(which)


def _exclude_consumer(db: Transaction, name: str) -> None:
    """On SQLite the writer's turn does that already, for both files."""
    if db.connection().dialect.name == "postgresql":
        db.execute(text(f"LOCK TABLE {name}.inbox, inbox IN EXCLUSIVE MODE"))


def _is_level(db: Transaction, shadow: FromClause) -> bool:
    """An event goes to the shadow first: whether the live tables have it by now."""
    live = table_of(Inbox)
    same = exists().where(live.c.event_id == shadow.c.event_id, live.c.generation == "")
    ahead = select(shadow.c.event_id).where(shadow.c.generation == "", ~same).limit(1)
    return db.scalar(ahead) is None
