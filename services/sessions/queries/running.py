"""Delays that were released, and the slots they moved."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from services.sessions.models import Conference, Delay, ReleasedSlot
from services.sessions.rules.running import Lateness, find_lateness
from shared.db import Transaction
from shared.errors import NotFound


def list_delays(db: Transaction, conference_id: UUID) -> Sequence[Delay]:
    """Newest first."""
    query = select(Delay).where(Delay.conference_id == conference_id).order_by(Delay.id.desc())
    return db.scalars(query).all()


def get_delay(db: Transaction, conference_id: UUID, delay_id: UUID) -> Delay:
    delay = db.get(Delay, delay_id)
    if delay is None or delay.conference_id != conference_id:
        raise NotFound
    return delay


def list_lateness(db: Transaction, conference: Conference, *, at: datetime) -> list[Lateness]:
    """How late each room is at that time of the conference, by slots that everybody may know of."""
    query = (
        select(Delay.slots)
        .where(Delay.conference_id == conference.id, Delay.holds_until > at)
        .order_by(Delay.id.desc())
    )
    delays = db.scalars(query).all()
    if not delays or conference.state == "cancelled":
        return []
    slots = _list_moved(db, conference.id, {UUID(slot_id) for moves in delays for slot_id in moves})
    return find_lateness(delays, {slot.slot_id: slot for slot in slots}, at)


def _list_moved(db: Transaction, conference_id: UUID, ids: Iterable[UUID]) -> Sequence[ReleasedSlot]:
    query = select(ReleasedSlot).where(
        ReleasedSlot.conference_id == conference_id,
        ReleasedSlot.holds_until.is_(None),
        ReleasedSlot.listed == "public",
        ReleasedSlot.slot_id.in_(ids),
    )
    return db.scalars(query).all()
