"""The draft programme: sessions, slots and speakers as people edit them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select

from services.sessions.models import (
    Availability,
    Conference,
    ImportedSlot,
    ReleasedSlot,
    Room,
    Session,
    SessionSpeaker,
    Slot,
    Speaker,
)
from services.sessions.queries import conferences
from services.sessions.rules.concerns import Span
from services.sessions.rules.programme import Draft
from shared.db import Transaction
from shared.errors import NotFound
from shared.ids import hash_secret


def read_draft(db: Transaction, conference: Conference) -> Draft:
    """The whole draft in a fixed number of queries."""
    own = conference.id
    sessions = db.scalars(select(Session).where(Session.conference_id == own))
    speakers = db.scalars(select(Speaker).where(Speaker.conference_id == own))
    slots = db.scalars(
        select(Slot).where(Slot.conference_id == own).order_by(Slot.starts_at, Slot.export_id)
    ).all()
    return Draft(
        conference=conference,
        days=conferences.list_days(db, own),
        rooms=conferences.list_rooms(db, own),
        tracks=conferences.list_tracks(db, own),
        speakers={speaker.id: speaker for speaker in speakers},
        sessions={session.id: session for session in sessions},
        speakers_of=_speakers_of(db, own),
        slots=slots,
        available=_available(db, own),
    )


def read_around(
    db: Transaction, conference: Conference, session: Session, *, starts_at: datetime, ends_at: datetime
) -> Draft:
    """The part of the draft that the rules hold a slot of this session against in these times, and no more.

    That is what takes place then, give or take the buffer, and whatever else its speakers are in.
    """
    own, margin = conference.id, timedelta(minutes=conference.buffer_minutes)
    same_speakers = select(SessionSpeaker.speaker_id).where(SessionSpeaker.session_id == session.id)
    theirs = select(SessionSpeaker.session_id).where(SessionSpeaker.speaker_id.in_(same_speakers))
    then = and_(Slot.starts_at < ends_at + margin, Slot.ends_at > starts_at - margin)
    slots = db.scalars(
        select(Slot).where(
            Slot.conference_id == own, Slot.cancelled.is_(False), or_(then, Slot.session_id.in_(theirs))
        )
    ).all()
    wanted = {session.id, *(slot.session_id for slot in slots)}
    speakers = db.scalars(
        select(Speaker)
        .join(SessionSpeaker, SessionSpeaker.speaker_id == Speaker.id)
        .where(SessionSpeaker.session_id.in_(wanted))
    )
    return Draft(
        conference=conference,
        days=conferences.list_days(db, own),
        rooms=conferences.list_rooms(db, own),
        tracks=(),
        speakers={speaker.id: speaker for speaker in speakers},
        sessions={one.id: one for one in db.scalars(select(Session).where(Session.id.in_(wanted)))},
        speakers_of=_speakers_of(db, own, SessionSpeaker.session_id.in_(wanted)),
        slots=slots,
        available=_available(db, own),
    )


def _available(db: Transaction, conference_id: UUID) -> dict[UUID, list[Span]]:
    found: dict[UUID, list[Span]] = defaultdict(list)
    for row in db.scalars(select(Availability).where(Availability.conference_id == conference_id)):
        found[row.owner_id].append((row.starts_at, row.ends_at))
    return dict(found)


def list_available(db: Transaction, conference_id: UUID, owner_id: UUID) -> list[Span]:
    """When one room or speaker can be had, in the order of time."""
    query = (
        select(Availability.starts_at, Availability.ends_at)
        .where(Availability.conference_id == conference_id, Availability.owner_id == owner_id)
        .order_by(Availability.starts_at)
    )
    return [(starts_at, ends_at) for starts_at, ends_at in db.execute(query)]


def delete_available(db: Transaction, conference_id: UUID, owner_id: UUID) -> None:
    db.execute(
        delete(Availability).where(
            Availability.conference_id == conference_id, Availability.owner_id == owner_id
        )
    )


def _speakers_of(
    db: Transaction, conference_id: UUID, *narrowed: ColumnElement[bool]
) -> dict[UUID, list[UUID]]:
    query = (
        select(SessionSpeaker.session_id, SessionSpeaker.speaker_id)
        .join(Session, Session.id == SessionSpeaker.session_id)
        .where(Session.conference_id == conference_id, *narrowed)
        .order_by(SessionSpeaker.session_id, SessionSpeaker.position)
    )
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for session_id, speaker_id in db.execute(query):
        found[session_id].append(speaker_id)
    return dict(found)


def get_slot(db: Transaction, conference_id: UUID, slot_id: UUID) -> Slot:
    slot = db.scalar(select(Slot).where(Slot.conference_id == conference_id, Slot.id == slot_id))
    if slot is None:
        raise NotFound
    return slot


def list_slots_in_room(db: Transaction, conference_id: UUID, room_id: UUID) -> Sequence[Slot]:
    return db.scalars(select(Slot).where(Slot.conference_id == conference_id, Slot.room_id == room_id)).all()


def list_sessions_of_track(db: Transaction, conference_id: UUID, track_id: UUID) -> Sequence[Session]:
    query = select(Session).where(Session.conference_id == conference_id, Session.track_id == track_id)
    return db.scalars(query).all()


def list_speaking(db: Transaction, speaker_id: UUID) -> Sequence[SessionSpeaker]:
    """In which sessions somebody speaks."""
    return db.scalars(select(SessionSpeaker).where(SessionSpeaker.speaker_id == speaker_id)).all()


def list_slot_ids(db: Transaction, session_id: UUID) -> set[UUID]:
    return set(db.scalars(select(Slot.id).where(Slot.session_id == session_id)))


def get_session(db: Transaction, conference_id: UUID, session_id: UUID) -> Session:
    query = select(Session).where(Session.conference_id == conference_id, Session.id == session_id)
    session = db.scalar(query)
    if session is None:
        raise NotFound
    return session


def get_speaker(db: Transaction, conference_id: UUID, speaker_id: UUID) -> Speaker:
    query = select(Speaker).where(Speaker.conference_id == conference_id, Speaker.id == speaker_id)
    speaker = db.scalar(query)
    if speaker is None:
        raise NotFound
    return speaker


def get_invited(db: Transaction, secret: str) -> tuple[Conference, Speaker]:
    """Whom a personal link belongs to. Raises NotFound for one that was revoked or never was."""
    query = (
        select(Conference, Speaker)
        .join(Speaker, Speaker.conference_id == Conference.id)
        .where(Speaker.link_hash == hash_secret(secret))
    )
    found = db.execute(query).first()
    if found is None:
        raise NotFound
    return found[0], found[1]


def list_speakers(db: Transaction, conference_id: UUID) -> Sequence[Speaker]:
    query = select(Speaker).where(Speaker.conference_id == conference_id).order_by(Speaker.name, Speaker.id)
    return db.scalars(query).all()


def list_session_speakers(db: Transaction, session_id: UUID) -> Sequence[SessionSpeaker]:
    query = (
        select(SessionSpeaker)
        .where(SessionSpeaker.session_id == session_id)
        .order_by(SessionSpeaker.position)
    )
    return db.scalars(query).all()


def was_released(db: Transaction, slot_id: UUID) -> bool:
    """Whether any release ever showed this slot."""
    return db.scalar(select(ReleasedSlot.slot_id).where(ReleasedSlot.slot_id == slot_id).limit(1)) is not None


def next_slot_number(db: Transaction, conference_id: UUID) -> int:
    """The next free export id of a slot; no slot that was ever public is deleted, so no known number comes twice."""
    return (db.scalar(select(func.max(Slot.export_id)).where(Slot.conference_id == conference_id)) or 0) + 1


def next_speaker_number(db: Transaction, conference_id: UUID) -> int:
    return (
        db.scalar(select(func.max(Speaker.export_id)).where(Speaker.conference_id == conference_id)) or 0
    ) + 1


def list_taken_ids(
    db: Transaction, model: type[Room] | type[Speaker] | type[Slot], ids: Sequence[UUID], conference_id: UUID
) -> set[UUID]:
    """Those of the ids that rows of other conferences have."""
    taken: set[UUID] = set()
    for start in range(0, len(ids), 500):
        query = select(model.id).where(
            model.id.in_(ids[start : start + 500]), model.conference_id != conference_id
        )
        taken.update(db.scalars(query))
    return taken


def list_imported(db: Transaction, conference_id: UUID) -> dict[UUID, ImportedSlot]:
    """What the last schedule file said, by slot."""
    rows = db.scalars(select(ImportedSlot).where(ImportedSlot.conference_id == conference_id))
    return {row.slot_id: row for row in rows}


def delete_session_speakers(db: Transaction, session_id: UUID) -> None:
    db.execute(delete(SessionSpeaker).where(SessionSpeaker.session_id == session_id))


def list_speaker_names(db: Transaction, session_id: UUID) -> list[str]:
    """Who speaks in a session, in order."""
    query = (
        select(Speaker.name)
        .join(SessionSpeaker, SessionSpeaker.speaker_id == Speaker.id)
        .where(SessionSpeaker.session_id == session_id)
        .order_by(SessionSpeaker.position)
    )
    return list(db.scalars(query))
