"""Changing the draft programme; nothing of this is public before the next release."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from services.sessions.errors import WasPublic
from services.sessions.models import Conference, Session, SessionSpeaker, Slot, Speaker
from services.sessions.queries import conferences, drafts
from services.sessions.rules import placing
from services.sessions.usecases.conferences import require_version
from shared.db import Transaction
from shared.errors import Invalid, NotFound
from shared.ids import new_id


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where and when, as a person writes it: wall-clock time in the conference's zone, length in minutes."""

    date: date
    time: time
    minutes: int
    room_id: UUID
    offset: str = ""


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a session says; `speakers` are names in order, `links` are {title, url}."""

    title: str
    subtitle: str
    abstract: str
    description: str
    kind: str
    language: str
    track_id: UUID | None
    speakers: tuple[str, ...]
    areas: tuple[str, ...]
    links: tuple[dict[str, str], ...]
    listed: str
    attend: str
    state: str
    expected: int | None = None


def move_slot(db: Transaction, *, slug: str, slot_id: UUID, version: int, place: Place) -> Slot:
    """Give a slot another time, length or room."""
    conference = conferences.lock_conference(db, slug)
    starts_at = placing.resolve_start(
        day=place.date, at=place.time, offset=place.offset, zone=conference.zone
    )
    ends_at = starts_at + timedelta(minutes=place.minutes)
    return place_slot(
        db,
        conference,
        slot_id=slot_id,
        version=version,
        starts_at=starts_at,
        ends_at=ends_at,
        room_id=place.room_id,
    )


def place_slot(
    db: Transaction,
    conference: Conference,
    *,
    slot_id: UUID,
    version: int,
    starts_at: datetime,
    ends_at: datetime,
    room_id: UUID,
    field: str = "date",
) -> Slot:
    """Give a slot other instants or another room; refusals name `field`, or ends_at or room_id."""
    slot = drafts.get_slot(db, conference.id, slot_id)
    require_version(slot.version, version)
    starts_at, ends_at = (moment.replace(second=0, microsecond=0) for moment in (starts_at, ends_at))
    days = conferences.list_days(db, conference.id)
    placing.require_length(starts_at, ends_at)
    placing.require_near(starts_at, ends_at, days, field=field)
    placing.require_known(room_id, conferences.list_rooms(db, conference.id))
    slot.starts_at, slot.ends_at, slot.room_id = starts_at, ends_at, room_id
    slot.day_id = placing.day_of(starts_at, days)
    slot.version += 1
    db.flush()
    return slot


def cancel_slot(db: Transaction, *, slug: str, slot_id: UUID, version: int, cancelled: bool = True) -> Slot:
    """Mark the slot as not taking place, or (with False) as taking place again."""
    conference = conferences.lock_conference(db, slug)
    slot = drafts.get_slot(db, conference.id, slot_id)
    require_version(slot.version, version)
    if slot.cancelled != cancelled:
        slot.cancelled = cancelled
        slot.version += 1
        db.flush()
    return slot


def add_session(db: Transaction, *, slug: str, content: Content, place: Place) -> Slot:
    """A new session with its first slot."""
    conference = conferences.lock_conference(db, slug)
    session = Session(id=new_id(), conference_id=conference.id, title=content.title, version=1)
    _write_content(db, conference, session, content)
    db.add(session)
    db.flush()
    _order_speakers(db, conference, session, content.speakers)
    return _add_slot(db, conference, session, place)


def repeat_session(db: Transaction, *, slug: str, session_id: UUID, place: Place) -> Slot:
    """One more slot for a session, with a UID and a number of its own."""
    conference = conferences.lock_conference(db, slug)
    return _add_slot(db, conference, drafts.get_session(db, conference.id, session_id), place)


def place_session(
    db: Transaction,
    *,
    slug: str,
    session_id: UUID,
    room_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
) -> Slot:
    """A slot for a session at these instants; refusals name session_id, starts_at, ends_at or room_id."""
    conference = conferences.lock_conference(db, slug)
    try:
        session = drafts.get_session(db, conference.id, session_id)
    except NotFound as error:
        raise Invalid(fields={"session_id": ["There is no such session in this conference."]}) from error
    starts_at, ends_at = (moment.replace(second=0, microsecond=0) for moment in (starts_at, ends_at))
    placing.require_length(starts_at, ends_at)
    return _new_slot(db, conference, session, room_id, starts_at, ends_at, field="starts_at")


def take_out_slot(db: Transaction, *, slug: str, slot_id: UUID, version: int) -> None:
    """Take the place of a session away again; raises WasPublic for a slot that was ever released."""
    conference = conferences.lock_conference(db, slug)
    slot = drafts.get_slot(db, conference.id, slot_id)
    require_version(slot.version, version)
    if drafts.was_released(db, slot.id):
        raise WasPublic
    db.delete(slot)
    db.flush()


def _add_slot(db: Transaction, conference: Conference, session: Session, place: Place) -> Slot:
    starts_at = placing.resolve_start(
        day=place.date, at=place.time, offset=place.offset, zone=conference.zone
    )
    ends_at = starts_at + timedelta(minutes=place.minutes)
    return _new_slot(db, conference, session, place.room_id, starts_at, ends_at, field="date")


def _new_slot(
    db: Transaction,
    conference: Conference,
    session: Session,
    room_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    *,
    field: str,
) -> Slot:
    days = conferences.list_days(db, conference.id)
    placing.require_near(starts_at, ends_at, days, field=field)
    placing.require_known(room_id, conferences.list_rooms(db, conference.id))
    slot = Slot(
        id=new_id(),
        conference_id=conference.id,
        session_id=session.id,
        export_id=drafts.next_slot_number(db, conference.id),
        room_id=room_id,
        day_id=placing.day_of(starts_at, days),
        starts_at=starts_at,
        ends_at=ends_at,
        cancelled=False,
        version=1,
    )
    db.add(slot)
    db.flush()
    return slot


def change_session(
    db: Transaction, *, slug: str, session_id: UUID, version: int, content: Content
) -> Session:
    """Store everything a session says."""
    conference = conferences.lock_conference(db, slug)
    session = drafts.get_session(db, conference.id, session_id)
    require_version(session.version, version)
    _write_content(db, conference, session, content)
    _order_speakers(db, conference, session, content.speakers)
    session.version += 1
    db.flush()
    return session


def _write_content(db: Transaction, conference: Conference, session: Session, content: Content) -> None:
    tracks = {track.id for track in conferences.list_tracks(db, conference.id)}
    if content.track_id is not None and content.track_id not in tracks:
        raise Invalid(fields={"track_id": ["There is no such track in this conference."]})
    for name in ("title", "subtitle", "abstract", "description", "kind", "language", "track_id", "expected"):
        setattr(session, name, getattr(content, name))
    session.areas, session.links = list(content.areas), list(content.links)
    session.listed, session.attend, session.state = content.listed, content.attend, content.state


def _order_speakers(
    db: Transaction, conference: Conference, session: Session, names: tuple[str, ...]
) -> None:
    """Attach speakers by name, in order; a name nobody has yet becomes a new speaker."""
    now_speaking = list(drafts.list_session_speakers(db, session.id))
    known: dict[str, UUID] = {}
    for speaker in drafts.list_speakers(db, conference.id):
        # Of two people with one name, the one who speaks here already is meant.
        if speaker.name not in known or any(row.speaker_id == speaker.id for row in now_speaking):
            known[speaker.name] = speaker.id
    for row in now_speaking:
        db.delete(row)
    db.flush()
    for position, name in enumerate(dict.fromkeys(names), start=1):
        if name not in known:
            number = drafts.next_speaker_number(db, conference.id)
            speaker = Speaker(id=new_id(), conference_id=conference.id, export_id=number, name=name)
            db.add(speaker)
            db.flush()
            known[name] = speaker.id
        db.add(SessionSpeaker(session_id=session.id, speaker_id=known[name], position=position))
    db.flush()
