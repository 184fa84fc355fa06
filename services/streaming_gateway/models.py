"""The tables of streaming_gateway: what it heard from others, and its stages."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, Index, MetaData, String, Text, Uuid, false
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.db import NAMING, Instant


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class Conference(Base):
    """A conference as `sessions` states it."""

    __tablename__ = "conferences"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int]
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(300))
    zone: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(20))
    rehearsal: Mapped[bool]
    clock_offset: Mapped[int]
    accent: Mapped[str] = mapped_column(String(20))
    logo: Mapped[str] = mapped_column(String(300))


class Day(Base):
    """A conference day; `withdrawn` when it was taken out of the conference."""

    __tablename__ = "days"
    __table_args__ = (Index("ix__days__conference", "conference_id", "position"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(Uuid)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    listed: Mapped[str] = mapped_column(String(20))
    attend: Mapped[str] = mapped_column(String(20))
    withdrawn: Mapped[bool] = mapped_column(default=False)


class Slot(Base):
    """A released slot; its conference may be heard of later, so nothing refers to it.

    A slot whose cancellation came first has no times.
    """

    __tablename__ = "slots"
    __table_args__ = (Index("ix__slots__day_starts", "day_id", "starts_at"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int]
    conference_id: Mapped[UUID] = mapped_column(Uuid)
    day_id: Mapped[UUID | None] = mapped_column(Uuid)
    title: Mapped[str] = mapped_column(String(500), default="")
    kind: Mapped[str] = mapped_column(String(40), default="")
    room_id: Mapped[UUID | None] = mapped_column(Uuid)
    room: Mapped[str] = mapped_column(String(300), default="")
    speakers: Mapped[list[str]] = mapped_column(JSON, default=list)
    starts_at: Mapped[datetime | None] = mapped_column(Instant)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    listed: Mapped[str] = mapped_column(String(20), default="staff")
    cancelled: Mapped[bool] = mapped_column(default=False)


class Entitlement(Base):
    """Which days somebody may attend. `erased` stays, so that no late event brings the person back."""

    __tablename__ = "entitlements"

    attendee_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int]
    conference_id: Mapped[UUID] = mapped_column(Uuid)
    day_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(String(20), default="")
    erased: Mapped[bool] = mapped_column(default=False)


class Stage(Base):
    """The stream of one day. `state` is off, scheduled, open or closed; `version` counts what was published.

    `room_id` is the room an organiser bound it to; NULL follows the room in which the day begins. `source` is empty,
    `loop:` or the address of an HLS playlist. `held` and `ended` are the operator's word; `showing` (programme, slate
    or nothing) and `reason` are what the publisher last said; `viewers` is the last count that was published.
    """

    __tablename__ = "stages"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    day_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    room_id: Mapped[UUID | None] = mapped_column(Uuid)
    state: Mapped[str] = mapped_column(String(20), default="off")
    version: Mapped[int] = mapped_column(default=0)
    source: Mapped[str] = mapped_column(Text, default="", server_default="")
    held: Mapped[bool] = mapped_column(default=False, server_default=false())
    ended: Mapped[bool] = mapped_column(default=False, server_default=false())
    showing: Mapped[str] = mapped_column(String(20), default="", server_default="")
    reason: Mapped[str] = mapped_column(Text, default="", server_default="")
    viewers: Mapped[int] = mapped_column(default=0, server_default="0")
