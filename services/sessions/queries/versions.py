"""Older releases as they were, and the release that is planned."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from services.sessions.models import Conference, PlannedRelease, Release, ReleasedSlot, ReleasedSpeaker
from shared.db import Transaction
from shared.errors import NotFound


def get_release(db: Transaction, conference_id: UUID, number: int) -> Release:
    release = db.get(Release, (conference_id, number))
    if release is None:
        raise NotFound
    return release


def list_slots_of_release(db: Transaction, conference_id: UUID, number: int) -> Sequence[ReleasedSlot]:
    """Every slot as it held under that number, in the order of time."""
    query = _held(ReleasedSlot, conference_id, number)
    return db.scalars(query.order_by(ReleasedSlot.starts_at, ReleasedSlot.export_id)).all()


def list_public_slots_of_release(db: Transaction, conference_id: UUID, number: int) -> Sequence[ReleasedSlot]:
    """The slots as that release showed them to everybody, without those that everybody may not know of now."""
    still_public = select(ReleasedSlot.slot_id).where(
        ReleasedSlot.conference_id == conference_id,
        ReleasedSlot.holds_until.is_(None),
        ReleasedSlot.listed == "public",
    )
    slots = list_slots_of_release(db, conference_id, number)
    known = set(db.scalars(still_public))
    return [slot for slot in slots if slot.listed == "public" and slot.slot_id in known]


def list_states(db: Transaction, conference_id: UUID) -> Sequence[ReleasedSlot]:
    """Every state of every slot, by slot and revision."""
    query = select(ReleasedSlot).where(ReleasedSlot.conference_id == conference_id)
    return db.scalars(query.order_by(ReleasedSlot.slot_id, ReleasedSlot.revision)).all()


def list_slots_of_speaker(db: Transaction, conference: Conference, speaker_id: UUID) -> list[ReleasedSlot]:
    """Where somebody speaks by what is public now, whoever else may know of it."""
    slots = list_slots_of_release(db, conference.id, conference.release_number)
    return [slot for slot in slots if any(one["id"] == str(speaker_id) for one in slot.body["speakers"])]


def list_speakers_of_release(db: Transaction, conference_id: UUID, number: int) -> Sequence[ReleasedSpeaker]:
    return db.scalars(_held(ReleasedSpeaker, conference_id, number)).all()


def _held(table: Any, conference_id: UUID, number: int) -> Any:
    return select(table).where(
        table.conference_id == conference_id,
        table.holds_from <= number,
        or_(table.holds_until.is_(None), table.holds_until > number),
    )


def find_planned_release(db: Transaction, conference_id: UUID) -> PlannedRelease | None:
    return db.get(PlannedRelease, conference_id)
