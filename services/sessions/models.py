"""Tables of `sessions`: conferences, the draft programme, and what has been released of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.db import NAMING, Instant


class Base(DeclarativeBase):
    """The metadata of this service."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {UUID: Uuid, datetime: Instant, dict[str, Any]: JSON, list[Any]: JSON}


class Conference(Base):
    """One conference. `clock_offset` is in seconds; `release_number` 0 means that nothing was released yet."""

    __tablename__ = "conferences"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    acronym: Mapped[str] = mapped_column(String(80))
    number: Mapped[int] = mapped_column(BigInteger, unique=True)
    name: Mapped[str] = mapped_column(String(200))
    tagline: Mapped[str] = mapped_column(String(300), default="")
    welcome: Mapped[str] = mapped_column(Text, default="")
    venue: Mapped[str] = mapped_column(String(300), default="")
    zone: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(20), default="draft")
    rehearsal: Mapped[bool] = mapped_column(default=False)
    clock_offset: Mapped[int] = mapped_column(BigInteger, default=0)
    accent: Mapped[str] = mapped_column(String(7), default="#1f5fa8")
    logo: Mapped[str] = mapped_column(String(200), default="")
    release_number: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Day(Base):
    """An interval of instants, so that a talk after midnight belongs to the evening before.

    `stream` is where this day can be watched: a local path or a full address; empty when it is not streamed.
    """

    __tablename__ = "days"
    __table_args__ = (UniqueConstraint("conference_id", "position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(ForeignKey("conferences.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(200), default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    listed: Mapped[str] = mapped_column(String(20), default="public")
    attend: Mapped[str] = mapped_column(String(20), default="public")
    stream: Mapped[str] = mapped_column(String(500), default="")


class Room(Base):
    """A room; its id is the guid in exports and survives a new name."""

    __tablename__ = "rooms"
    __table_args__ = (UniqueConstraint("conference_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(ForeignKey("conferences.id"))
    name: Mapped[str] = mapped_column(String(200))
    capacity: Mapped[int | None]
    position: Mapped[int]


class Track(Base):
    """A thread through the programme; `color` is #rrggbb."""

    __tablename__ = "tracks"
    __table_args__ = (UniqueConstraint("conference_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(ForeignKey("conferences.id"))
    name: Mapped[str] = mapped_column(String(200))
    color: Mapped[str] = mapped_column(String(7), default="#5b6770")


class Speaker(Base):
    """Somebody who speaks; all of this is public once released."""

    __tablename__ = "speakers"
    __table_args__ = (UniqueConstraint("conference_id", "export_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(ForeignKey("conferences.id"))
    export_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(300))
    affiliation: Mapped[str] = mapped_column(String(300), default="")
    biography: Mapped[str] = mapped_column(Text, default="")


class Session(Base):
    """Content without a place. `state` is planned (kept out of releases) or confirmed; `links` are {title, url}."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(ForeignKey("conferences.id"), index=True)
    title: Mapped[str] = mapped_column(String(500))
    subtitle: Mapped[str] = mapped_column(String(500), default="")
    abstract: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[str] = mapped_column(String(60), default="talk")
    language: Mapped[str] = mapped_column(String(20), default="")
    track_id: Mapped[UUID | None] = mapped_column(ForeignKey("tracks.id"))
    areas: Mapped[list[Any]] = mapped_column(default=list)
    links: Mapped[list[Any]] = mapped_column(default=list)
    listed: Mapped[str] = mapped_column(String(20), default="public")
    attend: Mapped[str] = mapped_column(String(20), default="public")
    state: Mapped[str] = mapped_column(String(20), default="confirmed")
    version: Mapped[int] = mapped_column(default=1)


class SessionSpeaker(Base):
    """Who speaks in a session, in order."""

    __tablename__ = "session_speakers"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"), primary_key=True)
    speaker_id: Mapped[UUID] = mapped_column(ForeignKey("speakers.id"), primary_key=True)
    position: Mapped[int]


class Slot(Base):
    """A session placed in a room and time. The id is UID and guid; `export_id` is what apps know it by; both stay."""

    __tablename__ = "slots"
    __table_args__ = (UniqueConstraint("conference_id", "export_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(ForeignKey("conferences.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"), index=True)
    export_id: Mapped[int] = mapped_column(BigInteger)
    room_id: Mapped[UUID] = mapped_column(ForeignKey("rooms.id"))
    day_id: Mapped[UUID | None] = mapped_column(ForeignKey("days.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    cancelled: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)


class ImportedSlot(Base):
    """What the last schedule file said of a slot: what people have changed since then is not undone by the next.

    It outlives a slot that they have taken out.
    """

    __tablename__ = "imported_slots"

    slot_id: Mapped[UUID] = mapped_column(primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(ForeignKey("conferences.id"), index=True)
    facts: Mapped[dict[str, Any]]


class Release(Base):
    """One public state of the programme. `programme` holds its days, rooms and tracks."""

    __tablename__ = "releases"
    __table_args__ = (UniqueConstraint("conference_id", "folded_name"),)

    conference_id: Mapped[UUID] = mapped_column(ForeignKey("conferences.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    folded_name: Mapped[str] = mapped_column(String(200))
    comment: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    programme: Mapped[dict[str, Any]]


class ReleasedSlot(Base):
    """A slot as it is public from release `holds_from` until release `holds_until` (None: still).

    `body` is the full public state; the columns beside it are for filtering. `folded` is for searching.
    """

    __tablename__ = "released_slots"
    __table_args__ = (
        Index(
            "uq__released_slots__current",
            "slot_id",
            unique=True,
            sqlite_where=text("holds_until IS NULL"),
            postgresql_where=text("holds_until IS NULL"),
        ),
        Index("ix__released_slots__agenda", "conference_id", "holds_until", "starts_at"),
    )

    slot_id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(ForeignKey("conferences.id"))
    holds_from: Mapped[int]
    holds_until: Mapped[int | None]
    sequence: Mapped[int]
    last_modified: Mapped[datetime]
    cancelled: Mapped[bool]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    day_id: Mapped[UUID | None]
    room_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(60))
    listed: Mapped[str] = mapped_column(String(20))
    attend: Mapped[str] = mapped_column(String(20))
    export_id: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[dict[str, Any]]
    folded: Mapped[str] = mapped_column(Text)


class ReleasedSpeaker(Base):
    """A speaker as public from release `holds_from` until release `holds_until` (None: still)."""

    __tablename__ = "released_speakers"
    __table_args__ = (
        Index(
            "uq__released_speakers__current",
            "speaker_id",
            unique=True,
            sqlite_where=text("holds_until IS NULL"),
            postgresql_where=text("holds_until IS NULL"),
        ),
    )

    speaker_id: Mapped[UUID] = mapped_column(primary_key=True)
    holds_from: Mapped[int] = mapped_column(primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(ForeignKey("conferences.id"), index=True)
    holds_until: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(300))
    body: Mapped[dict[str, Any]]


class Entitlement(Base):
    """Which days an attendee may enter, by opaque id; a tombstone (`state` erased) keeps late events out."""

    __tablename__ = "entitlements"

    attendee_id: Mapped[UUID] = mapped_column(primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(index=True)
    day_ids: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]


class StageState(Base):
    """Whether a stage is open, for whom (`attend`), why it pauses (held, lost or nothing), and how many watch it."""

    __tablename__ = "stage_states"

    stage_id: Mapped[UUID] = mapped_column(primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(index=True)
    open: Mapped[bool]
    version: Mapped[int]
    attend: Mapped[str] = mapped_column(String(20), default="public", server_default="public")
    pause: Mapped[str] = mapped_column(String(20), default="", server_default="")
    viewers: Mapped[int] = mapped_column(default=0, server_default="0")
