"""Earlier releases, as far as what they showed is still public."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select

from services.sessions.models import Release, ReleasedSlot
from shared.db import Transaction
from shared.errors import NotFound


def get_release(db: Transaction, conference_id: UUID, number: int) -> Release:
    release = db.get(Release, (conference_id, number))
    if release is None:
        raise NotFound
    return release


def list_states(db: Transaction, conference_id: UUID) -> Sequence[ReleasedSlot]:
    """Every state of every slot, by slot and revision."""
    query = select(ReleasedSlot).where(ReleasedSlot.conference_id == conference_id)
    return db.scalars(query.order_by(ReleasedSlot.slot_id, ReleasedSlot.revision)).all()


def list_slots_of_release(db: Transaction, conference_id: UUID, number: int) -> Sequence[ReleasedSlot]:
    """The slots as that release showed them to everybody, without those that everybody may not know of now."""
    still_public = select(ReleasedSlot.slot_id).where(
        ReleasedSlot.conference_id == conference_id,
        ReleasedSlot.holds_until.is_(None),
        ReleasedSlot.listed == "public",
    )
    query = select(ReleasedSlot).where(
        ReleasedSlot.conference_id == conference_id,
        ReleasedSlot.holds_from <= number,
        or_(ReleasedSlot.holds_until.is_(None), ReleasedSlot.holds_until > number),
        ReleasedSlot.listed == "public",
        ReleasedSlot.slot_id.in_(still_public),
    )
    return db.scalars(query.order_by(ReleasedSlot.starts_at, ReleasedSlot.export_id)).all()
