"""Events that fail: finding them, and having parked ones tried again once the cause is mended."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import defer

from shared.bus.tables import Inbox
from shared.db import TIMERS, Transaction, wake
from shared.errors import NotFound
from shared.log import log

MOST_NAMED = 20


def list_parked(db: Transaction, limit: int) -> list[Inbox]:
    """The newest of them."""
    parked = select(Inbox).where(Inbox.state == "parked")
    return list(db.scalars(parked.order_by(Inbox.received_at.desc(), Inbox.event_id).limit(limit)))


def list_failing(db: Transaction, limit: int) -> list[Inbox]:
    """Those that will be tried again, the most stubborn first, without those that only wait for another."""
    failing = select(Inbox).where(Inbox.state == "retry", Inbox.next_at.is_not(None))
    return list(db.scalars(failing.order_by(Inbox.attempts.desc(), Inbox.next_at).limit(limit)))


def get_parked(db: Transaction, event_id: UUID) -> list[Inbox]:
    """The event as it was told first and in replays, wherever it is parked; raises NotFound."""
    parked = select(Inbox).where(Inbox.state == "parked", Inbox.event_id == event_id)
    rows = list(db.scalars(parked.order_by(Inbox.generation)))
    if not rows:
        raise NotFound
    return rows


def try_again(db: Transaction, event_ids: Collection[UUID] | None, at: datetime, *, by: str) -> int:
    """Have these parked events, or all of them, tried anew; returns how many, raises NotFound if one is not parked.

    Of one subject they come in the order in which they were told, and before whatever waits there already.
    """
    parked = select(Inbox).options(defer(Inbox.raw)).where(Inbox.state == "parked")
    if event_ids is not None:
        parked = parked.where(Inbox.event_id.in_(event_ids))
    in_order = (Inbox.subject, Inbox.told_at, Inbox.sequence, Inbox.received_at)
    rows = list(db.scalars(parked.order_by(*in_order).with_for_update()))
    if event_ids is not None and {row.event_id for row in rows} != set(event_ids):
        raise NotFound
    for subject, group in groupby(rows, lambda row: row.subject):
        _put_ahead(db, subject, list(group), at)
    if rows:
        wake(db, TIMERS)
        first = [str(row.event_id) for row in rows[:MOST_NAMED]]
        log.info("parked events are tried again", count=len(rows), event_ids=first, by=by)
    return len(rows)


def _put_ahead(db: Transaction, subject: str, rows: Sequence[Inbox], at: datetime) -> None:
    """Only the first of a subject has a time; whoever is settled calls the next."""
    waiting: Sequence[Inbox] = ()
    if subject:  # what nobody could read has none, and waits for nobody
        behind = (
            select(Inbox).options(defer(Inbox.raw)).where(Inbox.state == "retry", Inbox.subject == subject)
        )
        waiting = db.scalars(behind.order_by(Inbox.turn).with_for_update()).all()
    for row in waiting:
        row.next_at = None
    first = waiting[0].turn - len(rows) if waiting else 0
    for place, row in enumerate(rows):
        row.state, row.attempts, row.turn = "retry", 0, first + place
        row.next_at = at if place == 0 or not subject else None
