"""Tables of what participants keep of an agenda: their stars, and the address of their calendar."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from services.sessions.models.base import Base


class Star(Base):
    """A slot that an attendee, known by an opaque id, wants to see."""

    __tablename__ = "stars"

    attendee_id: Mapped[UUID] = mapped_column(primary_key=True)
    slot_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    conference_id: Mapped[UUID] = mapped_column(ForeignKey("conferences.id"))


class PersonalFeed(Base):
    """The calendar of one attendee; of the token in its address only the hash is kept."""

    __tablename__ = "personal_feeds"

    attendee_id: Mapped[UUID] = mapped_column(primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(ForeignKey("conferences.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
