"""The state of one service's bus in numbers: what waits to be sent, what fails, how late events come."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from shared.bus.inbox import MAX_ATTEMPTS
from shared.bus.tables import Inbox, Outbox
from shared.db import Transaction

DEGRADED_SECONDS = 30.0
ALARM_SECONDS = 600.0
SAMPLE = 200


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """Events that wait for the relay, replays aside, and for how many seconds the first of them has."""

    waiting: int
    oldest_seconds: float

    @property
    def degraded(self) -> bool:
        return self.oldest_seconds > DEGRADED_SECONDS


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """Events that failed: those that will be tried again, and those that were given up.

    `stuck` of those in `retry` have failed so often that only the database's own fault keeps them from being parked.
    """

    retry: int
    stuck: int
    oldest_seconds: float
    parked: int


@dataclass(frozen=True, kw_only=True)
class Lag:
    """Seconds since the newest event that was heard was told, and how long the last 200 took to arrive."""

    newest_seconds: float
    half_seconds: float
    most_seconds: float


@dataclass(frozen=True, kw_only=True)
class Replay:
    """Events that are still to be told to one subscriber once more."""

    target: str
    generation: str
    left: int


@dataclass(frozen=True, kw_only=True)
class BusStatus:
    """All of it; `lag` is None where nothing was ever heard."""

    outgoing: Outgoing
    incoming: Incoming
    lag: Lag | None
    replays: tuple[Replay, ...]

    @property
    def is_quiet(self) -> bool:
        """Nothing waits, nothing is parked."""
        incoming = self.incoming
        return not (self.outgoing.waiting or incoming.retry or incoming.parked or self.replays)


def bus_status(db: Transaction, at: datetime) -> BusStatus:
    return BusStatus(
        outgoing=outgoing(db, at), incoming=incoming(db, at), lag=lag(db, at), replays=tuple(replays(db))
    )


def outgoing(db: Transaction, at: datetime) -> Outgoing:
    """Rows of a replay are left out: they are as old as what they tell again."""
    unsent = (Outbox.sent_at.is_(None), Outbox.generation == "")
    waiting = db.scalar(select(func.count()).select_from(Outbox).where(*unsent)) or 0
    oldest = db.scalar(select(Outbox.created_at).where(*unsent).order_by(Outbox.seq).limit(1))
    return Outgoing(waiting=waiting, oldest_seconds=_age(oldest, at))


def incoming(db: Transaction, at: datetime) -> Incoming:
    in_retry = Inbox.state.in_(("retry", "trying"))
    row = db.execute(
        select(
            func.count().filter(in_retry),
            func.count().filter(in_retry, Inbox.attempts >= MAX_ATTEMPTS),
            func.min(Inbox.received_at).filter(in_retry),
            func.count().filter(Inbox.state == "parked"),
        ).where(Inbox.state.in_(("retry", "trying", "parked")))
    ).one()
    return Incoming(retry=row[0], stuck=row[1], oldest_seconds=_age(row[2], at), parked=row[3])


def lag(db: Transaction, at: datetime) -> Lag | None:
    """Of the events told last, which their ids put in order; what was told again is no measure."""
    # Hidden from the index over states: with it SQLite would sort the whole inbox instead of reading its end.
    state = func.coalesce(Inbox.state, "")
    rows = db.execute(
        select(Inbox.told_at, Inbox.received_at)
        .where(state == "done", Inbox.generation == "", Inbox.told_at.is_not(None))
        .order_by(Inbox.event_id.desc())
        .limit(SAMPLE)
    ).all()
    if not rows:
        return None
    took = sorted(_age(told, received) for told, received in rows)
    return Lag(
        newest_seconds=min(_age(told, at) for told, _ in rows),
        half_seconds=took[len(took) // 2],
        most_seconds=took[len(took) * 95 // 100],
    )


def replays(db: Transaction) -> list[Replay]:
    """Those under way; their rows go as they are sent."""
    left = (Outbox.target, Outbox.generation)
    rows = db.execute(
        select(*left, func.count())
        .where(Outbox.sent_at.is_(None), Outbox.generation != "")
        .group_by(*left)
        .order_by(*left)
    )
    return [Replay(target=row[0], generation=row[1], left=row[2]) for row in rows]


def _age(since: datetime | None, at: datetime) -> float:
    """In seconds; a clock that was set back makes nothing younger than nothing."""
    return max(0.0, (at - since).total_seconds()) if since else 0.0


def in_words(seconds: float) -> str:
    """0.02 s, 12 s, 4 min, 3 h, 2 days"""
    if seconds < 1:
        return f"{seconds:.2f} s"
    for limit, unit, name in ((120, 1, "s"), (7_200, 60, "min"), (172_800, 3_600, "h")):
        if seconds < limit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds / 86_400:.0f} days"
