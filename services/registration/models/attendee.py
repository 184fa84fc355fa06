"""Attendees: who asked to come, to which days, with which consents, and who decided what."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.registration.models.base import Base
from services.registration.models.conference import Institution
from shared.db import Instant

_ACTIVE = text("state IN ('pending', 'approved')")


class Attendee(Base):
    """One registration of one person; `name` stands exactly as it was typed.

    `state` is pending, approved, rejected or cancelled; `badge_state` is none, issued or revoked.
    `stated` tells whether other services know of this attendee. An erased row keeps no personal data.
    """

    __tablename__ = "attendees"
    __table_args__ = (
        Index(
            "uq__attendees__active_address",
            "conference_id",
            "normal_address",
            unique=True,
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
        Index("ix__attendees__conference_state", "conference_id", "state"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("conferences.id"))
    version: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(320))
    normal_address: Mapped[str] = mapped_column(String(400))
    institution_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("institutions.id"))
    institution_text: Mapped[str] = mapped_column(String(300), default="")
    country: Mapped[str] = mapped_column(String(2))
    category: Mapped[str] = mapped_column(String(40), default="participant")
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text, default="")
    folded: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str] = mapped_column(String(320), default="")
    erased_at: Mapped[datetime | None] = mapped_column(Instant)
    stated: Mapped[bool] = mapped_column(default=False)
    badge_state: Mapped[str] = mapped_column(String(20), default="none")
    badge_version: Mapped[int] = mapped_column(default=0)
    badge_id: Mapped[str] = mapped_column(String(40), default="")

    institution: Mapped[Institution | None] = relationship()
    days: Mapped[list["AttendeeDay"]] = relationship(
        order_by="AttendeeDay.day_id", cascade="all, delete-orphan"
    )
    arrivals: Mapped[list["Arrival"]] = relationship(
        primaryjoin="and_(Attendee.id == foreign(Arrival.attendee_id), Arrival.present)",
        order_by="Arrival.at",
        viewonly=True,
    )

    @property
    def institution_name(self) -> str:
        return self.institution.name if self.institution else self.institution_text

    @property
    def day_ids(self) -> tuple[UUID, ...]:
        return tuple(day.day_id for day in self.days)

    @property
    def arrived_day_ids(self) -> tuple[UUID, ...]:
        return tuple(arrival.day_id for arrival in self.arrivals)


class AttendeeDay(Base):
    """One place on one day; the row goes when the place is freed for good by erasure."""

    __tablename__ = "attendee_days"

    attendee_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("attendees.id"), primary_key=True)
    day_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("days.id"), primary_key=True, index=True)


class Consent(Base):
    """One thing one person agreed to, and which wording of it."""

    __tablename__ = "consents"

    attendee_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("attendees.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    text_version: Mapped[str] = mapped_column(String(20))
    given_at: Mapped[datetime] = mapped_column(Instant)


class Decision(Base):
    """The audit log: who did what to which registration, when and why."""

    __tablename__ = "decisions"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    attendee_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("attendees.id"), index=True)
    actor: Mapped[str] = mapped_column(String(320))
    what: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(Instant)


class Arrival(Base):
    """Whether an attendee is there on a day, as `badges` states it; `at` is the conference's own time.

    Nothing refers to attendee or day: the door may know of either before this service's events have settled.
    """

    __tablename__ = "arrivals"
    __table_args__ = (Index("ix__arrivals__attendee", "attendee_id", "day_id"),)

    attendance_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int]
    conference_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    attendee_id: Mapped[UUID] = mapped_column(Uuid)
    day_id: Mapped[UUID] = mapped_column(Uuid)
    present: Mapped[bool]
    at: Mapped[datetime] = mapped_column(Instant)
