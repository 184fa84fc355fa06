"""What a participant has starred, and the calendar of it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from services.sessions.models import Conference, Entitlement, PersonalFeed, ReleasedSlot, Star
from services.sessions.queries.viewers import viewer_of
from services.sessions.rules.visibility import can
from shared.db import Transaction
from shared.errors import NotFound
from shared.ids import hash_secret


def list_starred(db: Transaction, conference: Conference, attendee: Entitlement) -> Sequence[ReleasedSlot]:
    """The starred slots this attendee may know of, cancelled ones included, in the order of time."""
    query = (
        select(ReleasedSlot)
        .join(Star, Star.slot_id == ReleasedSlot.slot_id)
        .where(
            Star.attendee_id == attendee.attendee_id,
            Star.conference_id == conference.id,
            ReleasedSlot.holds_until.is_(None),
        )
        .order_by(ReleasedSlot.starts_at, ReleasedSlot.export_id)
    )
    viewer = viewer_of(conference, attendee)
    return [slot for slot in db.scalars(query) if can(viewer, "listed", slot)]


def find_star(db: Transaction, attendee_id: UUID, slot_id: UUID) -> Star | None:
    return db.get(Star, (attendee_id, slot_id))


def find_feed(db: Transaction, attendee_id: UUID) -> PersonalFeed | None:
    return db.get(PersonalFeed, attendee_id)


def get_subscriber(db: Transaction, conference: Conference, token: str) -> Entitlement:
    """Whose calendar that is. Raises NotFound for a token that is unknown, of elsewhere, or no longer good."""
    attendee = db.scalar(
        select(Entitlement)
        .join(PersonalFeed, PersonalFeed.attendee_id == Entitlement.attendee_id)
        .where(PersonalFeed.conference_id == conference.id, PersonalFeed.token_hash == hash_secret(token))
    )
    if attendee is None:
        raise NotFound
    return attendee
