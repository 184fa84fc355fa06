"""Tables of what the other services told."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.sessions.models.base import Base


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
