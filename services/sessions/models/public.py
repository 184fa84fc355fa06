"""Tables of what was released, is to be released, and has been delayed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.sessions.models.base import Base


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


class PlannedRelease(Base):
    """The release that is to happen by itself at `due_at`, a time of the conference; `refusal` says why it did not."""

    __tablename__ = "planned_releases"

    conference_id: Mapped[UUID] = mapped_column(ForeignKey("conferences.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    comment: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime]
    refusal: Mapped[str] = mapped_column(Text)
    notify: Mapped[bool] = mapped_column(default=True, server_default=true())


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


class Delay(Base):
    """The rest of a room's day, moved by `minutes` while the conference runs.

    `slots` holds per slot where it was and is, when it began by the plan, and whether the draft moved along.
    `holds_until` is when the last of them ends; `notify` says whether those it concerns are told by mail.
    """

    __tablename__ = "delays"
    __table_args__ = (Index("ix__delays__holding", "conference_id", "holds_until"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(ForeignKey("conferences.id"))
    room_id: Mapped[UUID]
    room: Mapped[str] = mapped_column(String(200))
    minutes: Mapped[int]
    since: Mapped[datetime]
    holds_until: Mapped[datetime]
    slots: Mapped[dict[str, Any]]
    undone: Mapped[bool]
    notify: Mapped[bool] = mapped_column(default=True, server_default=true())
