"""Tables of what people edit: conferences, and the draft of each."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.sessions.models.base import Base


class Conference(Base):
    """One conference. `clock_offset` is in seconds; `release_number` 0 means that nothing was released yet.

    `severities` holds, per rule of the draft, block, warn or ignore where organisers chose other than the default.
    """

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
    image: Mapped[str] = mapped_column(String(200), default="", server_default="")
    release_number: Mapped[int] = mapped_column(default=0)
    severities: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    buffer_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    rules_version: Mapped[int] = mapped_column(default=1, server_default="1")
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
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class Track(Base):
    """A thread through the programme; `color` is #rrggbb."""

    __tablename__ = "tracks"
    __table_args__ = (UniqueConstraint("conference_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(ForeignKey("conferences.id"))
    name: Mapped[str] = mapped_column(String(200))
    color: Mapped[str] = mapped_column(String(7), default="#5b6770")
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class Speaker(Base):
    """Somebody who speaks; name, affiliation, biography and `photo` (a local path) are public once released.

    `link_hash` is kept of the personal link with which they see and correct their own entry; `address` is where mail
    to them goes. Neither is ever public.
    """

    __tablename__ = "speakers"
    __table_args__ = (UniqueConstraint("conference_id", "export_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(ForeignKey("conferences.id"))
    export_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(300))
    affiliation: Mapped[str] = mapped_column(String(300), default="")
    biography: Mapped[str] = mapped_column(Text, default="")
    photo: Mapped[str] = mapped_column(String(200), default="", server_default="")
    address: Mapped[str] = mapped_column(String(320), default="", server_default="")
    confirmed_at: Mapped[datetime | None]
    link_hash: Mapped[str | None] = mapped_column(String(64), index=True, unique=True)
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class Availability(Base):
    """An interval in which a room or a speaker (`owner_id`) can be had; whoever has none can always be had."""

    __tablename__ = "availabilities"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(ForeignKey("conferences.id"), index=True)
    owner_id: Mapped[UUID] = mapped_column(index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Session(Base):
    """Content without a place. `state` is planned (kept out of releases) or confirmed; `links` are {title, url}.

    `expected` is how many people are expected, for organisers alone.
    """

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
    expected: Mapped[int | None]
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
