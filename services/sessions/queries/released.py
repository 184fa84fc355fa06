"""What is public: slots, speakers and the frame of the current release, and nothing of any draft."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, tuple_

from services.sessions.models import Conference, Release, ReleasedSlot, ReleasedSpeaker
from services.sessions.rules.programme import Body
from services.sessions.rules.visibility import Viewer, can
from shared.db import Transaction
from shared.errors import NotFound


class Revision(NamedTuple):
    """Which state of a slot holds, and when the slot takes place."""

    slot_id: UUID
    revision: int
    starts_at: datetime
    ends_at: datetime


def find_release(db: Transaction, conference: Conference) -> Release | None:
    """The release that is public now."""
    return db.get(Release, (conference.id, conference.release_number))


def list_frames(db: Transaction, conferences: Sequence[Conference]) -> dict[UUID, Body]:
    """The frames of the current releases of several conferences, in one query."""
    keys = [(conference.id, conference.release_number) for conference in conferences]
    query = select(Release).where(tuple_(Release.conference_id, Release.number).in_(keys))
    releases = {release.conference_id: release for release in db.scalars(query)}
    return {conference.id: frame_of(releases.get(conference.id)) for conference in conferences}


def list_releases(db: Transaction, conference_id: UUID) -> Sequence[Release]:
    """Newest first."""
    return db.scalars(
        select(Release).where(Release.conference_id == conference_id).order_by(Release.number.desc())
    ).all()


def is_release_named(db: Transaction, conference_id: UUID, folded_name: str) -> bool:
    query = select(Release.number).where(
        Release.conference_id == conference_id, Release.folded_name == folded_name
    )
    return db.scalar(query) is not None


def list_current_slots(db: Transaction, conference_id: UUID) -> Sequence[ReleasedSlot]:
    """Every slot as it holds now, whoever may see it, in the order of time."""
    return db.scalars(_current(conference_id)).all()


def list_public_slots(
    db: Transaction, conference_id: UUID, *, after: UUID | None = None, limit: int | None = None
) -> Sequence[ReleasedSlot]:
    """Slots listed public, paged by (start, export id)."""
    query = _current(conference_id).where(ReleasedSlot.listed == "public")
    if after is not None:
        last = get_released_slot(db, conference_id, after)
        key = tuple_(ReleasedSlot.starts_at, ReleasedSlot.export_id)
        query = query.where(key > tuple_(last.starts_at, last.export_id))
    return db.scalars(query.limit(limit) if limit else query).all()


def list_slot_revisions(db: Transaction, conference_id: UUID) -> list[Revision]:
    """Which state of every slot listed public holds, in the order of time."""
    query = _current(conference_id).where(ReleasedSlot.listed == "public")
    columns = query.with_only_columns(
        ReleasedSlot.slot_id, ReleasedSlot.revision, ReleasedSlot.starts_at, ReleasedSlot.ends_at
    )
    return [Revision(*row) for row in db.execute(columns)]


def get_released_slot(db: Transaction, conference_id: UUID, slot_id: UUID) -> ReleasedSlot:
    slot = db.scalar(_current(conference_id).where(ReleasedSlot.slot_id == slot_id))
    if slot is None:
        raise NotFound
    return slot


def list_around(db: Transaction, conference_id: UUID, *, viewer: Viewer, at: datetime) -> list[ReleasedSlot]:
    """What is on at that moment and what starts next within the day, without what is cancelled."""
    query = _current(conference_id).where(
        ReleasedSlot.ends_at > at,
        ReleasedSlot.starts_at < at + timedelta(hours=14),
        ReleasedSlot.cancelled.is_(False),
    )
    slots = [slot for slot in db.scalars(query) if can(viewer, "listed", slot)]
    upcoming = min((slot.starts_at for slot in slots if slot.starts_at > at), default=None)
    return [slot for slot in slots if slot.starts_at <= at or slot.starts_at == upcoming]


def list_slots_of_session(
    db: Transaction, conference_id: UUID, session_id: str, *, viewer: Viewer
) -> list[ReleasedSlot]:
    """All places of one session, for "also at" on its page."""
    return [
        slot
        for slot in db.scalars(_current(conference_id))
        if slot.body["session_id"] == session_id and can(viewer, "listed", slot)
    ]


def list_current_speakers(db: Transaction, conference_id: UUID) -> Sequence[ReleasedSpeaker]:
    query = select(ReleasedSpeaker).where(
        ReleasedSpeaker.conference_id == conference_id, ReleasedSpeaker.holds_until.is_(None)
    )
    return db.scalars(query.order_by(ReleasedSpeaker.name, ReleasedSpeaker.speaker_id)).all()


def find_released_speaker(db: Transaction, conference_id: UUID, speaker_id: UUID) -> ReleasedSpeaker | None:
    return db.scalar(
        select(ReleasedSpeaker).where(
            ReleasedSpeaker.conference_id == conference_id,
            ReleasedSpeaker.speaker_id == speaker_id,
            ReleasedSpeaker.holds_until.is_(None),
        )
    )


def list_speakers_by_id(
    db: Transaction, conference_id: UUID, ids: Sequence[UUID]
) -> Mapping[str, ReleasedSpeaker]:
    """Released speakers by id as text."""
    query = select(ReleasedSpeaker).where(
        ReleasedSpeaker.conference_id == conference_id,
        ReleasedSpeaker.speaker_id.in_(ids),
        ReleasedSpeaker.holds_until.is_(None),
    )
    return {str(speaker.speaker_id): speaker for speaker in db.scalars(query)}


def frame_of(release: Release | None) -> Body:
    """Days, rooms and tracks of a release; empty before the first."""
    return release.programme if release else {"days": [], "rooms": [], "tracks": []}


def _current(conference_id: UUID) -> Any:
    return (
        select(ReleasedSlot)
        .where(ReleasedSlot.conference_id == conference_id, ReleasedSlot.holds_until.is_(None))
        .order_by(ReleasedSlot.starts_at, ReleasedSlot.export_id)
    )
