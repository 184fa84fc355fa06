"""Taking away rooms, tracks and speakers; what still uses them goes elsewhere or keeps them."""

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from services.sessions.errors import StillInUse
from services.sessions.models import Room, SessionSpeaker, Speaker, Track
from services.sessions.queries import conferences, drafts
from shared.db import Transaction
from shared.errors import Invalid, NotFound
from shared.mail import forget_mails

Thing = TypeVar("Thing", Room, Track, Speaker)


def remove_room(db: Transaction, *, slug: str, room_id: UUID, move_to: UUID | None) -> None:
    """Raises StillInUse while slots are in it and no other room is named. Older releases keep showing it."""
    conference = conferences.lock_conference(db, slug)
    room = _find(conferences.list_rooms(db, conference.id), room_id, move_to)
    slots = drafts.list_slots_in_room(db, conference.id, room_id)
    for slot in slots:
        slot.room_id = _instead(room.name, move_to, f"{len(slots)} slots are in it, cancelled ones included")
        slot.version += 1
    drafts.delete_available(db, conference.id, room_id)
    db.flush()
    db.delete(room)


def remove_track(db: Transaction, *, slug: str, track_id: UUID, move_to: UUID | None) -> None:
    """Raises StillInUse while sessions belong to it and no other track is named."""
    conference = conferences.lock_conference(db, slug)
    track = _find(conferences.list_tracks(db, conference.id), track_id, move_to)
    sessions = drafts.list_sessions_of_track(db, conference.id, track_id)
    for session in sessions:
        session.track_id = _instead(track.name, move_to, f"{len(sessions)} sessions belong to it")
        session.version += 1
    db.flush()
    db.delete(track)


def remove_speaker(db: Transaction, *, slug: str, speaker_id: UUID, move_to: UUID | None) -> None:
    """Raises StillInUse while they speak somewhere and nobody is named who does instead, such as a second entry."""
    conference = conferences.lock_conference(db, slug)
    speaker = _find(drafts.list_speakers(db, conference.id), speaker_id, move_to)
    speaking = drafts.list_speaking(db, speaker_id)
    for row in speaking:
        other = _instead(speaker.name, move_to, f"{len(speaking)} sessions name them")
        drafts.get_session(db, conference.id, row.session_id).version += 1
        if db.get(SessionSpeaker, (row.session_id, other)) is None:
            db.add(SessionSpeaker(session_id=row.session_id, speaker_id=other, position=row.position))
        db.delete(row)
    drafts.delete_available(db, conference.id, speaker_id)
    forget_mails(db, speaker_id)
    db.flush()
    db.delete(speaker)


def _find(things: Iterable[Thing], wanted: UUID, other: UUID | None) -> Thing:
    known = {thing.id: thing for thing in things}
    if wanted not in known:
        raise NotFound
    if other is not None and (other == wanted or other not in known):
        raise Invalid(fields={"move_to": ["Choose another one of this conference."]})
    return known[wanted]


def _instead(name: str, move_to: UUID | None, why: str) -> UUID:
    if move_to is None:
        text = f"“{name}” cannot be removed: {why}. Choose what takes its place."
        raise StillInUse(text, fields={"move_to": [text]})
    return move_to
