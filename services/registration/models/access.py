"""Links, accounts, browser sessions and the keys that sign tokens; secrets are stored hashed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registration.models.base import Base
from shared.counting import CountedTries
from shared.db import Instant


class PersonalLink(Base):
    """The capability in a participant's mail; it opens that one registration."""

    __tablename__ = "personal_links"

    hashed: Mapped[str] = mapped_column(String(64), primary_key=True)
    attendee_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("attendees.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class Account(Base):
    """An organiser; `address` is kept in its normal form."""

    __tablename__ = "accounts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    address: Mapped[str] = mapped_column(String(400), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(Instant)


class Grant(Base):
    """What an account may manage: one conference by slug, or with NULL the whole platform."""

    __tablename__ = "grants"
    __table_args__ = (
        Index("uq__grants__account_conference", "account_id", "conference", unique=True),
        Index(
            "uq__grants__platform",
            "account_id",
            unique=True,
            sqlite_where=text("conference IS NULL"),
            postgresql_where=text("conference IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("accounts.id"))
    conference: Mapped[str | None] = mapped_column(String(80))


class SignInLink(Base):
    """A one-time sign-in; `to` is the local path its owner wanted to reach."""

    __tablename__ = "sign_in_links"

    hashed: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("accounts.id"), index=True)
    to: Mapped[str] = mapped_column(Text, default="")
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class WebSession(Base):
    """A signed-in browser: of an account or of an attendee, never of both."""

    __tablename__ = "web_sessions"

    hashed: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("accounts.id"), index=True)
    attendee_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("attendees.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class SigningKey(Base):
    """An Ed25519 key pair; `number` counts them, so that two processes cannot both make the first."""

    __tablename__ = "signing_keys"

    kid: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    private_pem: Mapped[str] = mapped_column(Text)
    public_x: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(Instant)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)


class GuessCounter(CountedTries, Base):
    """How often something was tried in the window that began then."""

    __tablename__ = "guess_counters"
