"""What registration keeps of a conference: copied facts, its own settings, places and institutions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.registration.models.base import Base
from shared.db import Instant


class Conference(Base):
    """Facts as `sessions` states them, and below them the settings that belong to registration."""

    __tablename__ = "conferences"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int]
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    acronym: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(300))
    zone: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(20))
    rehearsal: Mapped[bool]
    clock_offset: Mapped[int]
    accent: Mapped[str] = mapped_column(String(20))
    logo: Mapped[str] = mapped_column(String(300))
    venue: Mapped[str] = mapped_column(String(300))

    registration_open: Mapped[bool] = mapped_column(default=False)
    approval_needed: Mapped[bool] = mapped_column(default=True)
    newcomer_hint: Mapped[str] = mapped_column(Text, default="")
    countries: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)


class Day(Base):
    """A conference day with its places; `capacity` NULL means no limit."""

    __tablename__ = "days"
    __table_args__ = (CheckConstraint("taken >= 0", name="taken_not_negative"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("conferences.id"), index=True)
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    listed: Mapped[str] = mapped_column(String(20))
    attend: Mapped[str] = mapped_column(String(20))
    withdrawn: Mapped[bool] = mapped_column(default=False)

    capacity: Mapped[int | None] = mapped_column(default=None)
    taken: Mapped[int] = mapped_column(default=0)


class Slot(Base):
    """A released slot, for the times in mails; its conference may be stated later, so nothing refers to it."""

    __tablename__ = "slots"
    __table_args__ = (Index("ix__slots__conference_starts", "conference_id", "starts_at"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int]
    conference_id: Mapped[UUID] = mapped_column(Uuid)
    day_id: Mapped[UUID | None] = mapped_column(Uuid)
    title: Mapped[str] = mapped_column(String(500), default="")
    room: Mapped[str] = mapped_column(String(300), default="")
    starts_at: Mapped[datetime | None] = mapped_column(Instant)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    listed: Mapped[str] = mapped_column(String(20), default="staff")
    cancelled: Mapped[bool] = mapped_column(default=False)


class Institution(Base):
    """An institution that takes part; `names` is a list of {"name", "language"}, the first one leads."""

    __tablename__ = "institutions"
    __table_args__ = (Index("ix__institutions__conference_country", "conference_id", "country"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("conferences.id"))
    names: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    country: Mapped[str] = mapped_column(String(2))
    city: Mapped[str] = mapped_column(String(200), default="")
    folded: Mapped[str] = mapped_column(Text)

    @property
    def name(self) -> str:
        return str(self.names[0]["name"])
