"""The tables of badges: what it heard from others, its keys, badges and prints, and what happens at the door."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.counting import CountedTries
from shared.db import NAMING, Instant

INSIDE = text("kind = 'entry' AND reason = '' AND undone_at IS NULL")


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class Conference(Base):
    """A conference as `sessions` states it."""

    __tablename__ = "conferences"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int]
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    number: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
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
    title: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    attend: Mapped[str] = mapped_column(String(20))
    withdrawn: Mapped[bool] = mapped_column(default=False)


class Slot(Base):
    """A released slot; one whose cancellation came first has no times."""

    __tablename__ = "slots"
    __table_args__ = (Index("ix__slots__day_starts", "day_id", "starts_at"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int]
    conference_id: Mapped[UUID] = mapped_column(Uuid)
    day_id: Mapped[UUID | None] = mapped_column(Uuid)
    title: Mapped[str] = mapped_column(Text, default="")
    room: Mapped[str] = mapped_column(Text, default="")
    starts_at: Mapped[datetime | None] = mapped_column(Instant)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    listed: Mapped[str] = mapped_column(String(20), default="staff")
    cancelled: Mapped[bool] = mapped_column(default=False)


class SigningKey(Base):
    """An Ed25519 key of one conference; `key_id` is the byte in the code that names it."""

    __tablename__ = "signing_keys"
    __table_args__ = (CheckConstraint("key_id BETWEEN 1 AND 255", name="key_id_is_a_byte"),)

    conference_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    key_id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    private_pem: Mapped[str] = mapped_column(Text)
    public_bytes: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(Instant)


class Holder(Base):
    """An attendee as `registration` states them. `erased_at` stays, so that no late event brings them back."""

    __tablename__ = "holders"
    __table_args__ = (Index("ix__holders__conference", "conference_id", "folded_name"),)

    attendee_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int]
    conference_id: Mapped[UUID] = mapped_column(Uuid)
    display_name: Mapped[str] = mapped_column(Text, default="")
    institution: Mapped[str] = mapped_column(Text, default="")
    country: Mapped[str] = mapped_column(String(80), default="")
    category: Mapped[str] = mapped_column(String(80), default="")
    day_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(String(20), default="")
    folded_name: Mapped[str] = mapped_column(Text, default="")
    folded: Mapped[str] = mapped_column(Text, default="")
    erased_at: Mapped[datetime | None] = mapped_column(Instant)


class Badge(Base):
    """A signed code. `version` counts what was published: 1 issued, 2 revoked.

    `signed_at` is later than `issued_at` when the holder's days have moved: the same badge, another window.
    """

    __tablename__ = "badges"
    __table_args__ = (
        Index("ix__badges__conference", "conference_id", "badge_id"),
        Index(
            "uq__badges__attendee_valid",
            "attendee_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
        CheckConstraint("length(badge_id) = 16", name="badge_id_is_16_digits"),
        CheckConstraint("not_before < not_after", name="window_is_not_empty"),
    )

    badge_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    attendee_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    conference_id: Mapped[UUID] = mapped_column(Uuid)
    key_id: Mapped[int] = mapped_column(SmallInteger)
    not_before: Mapped[datetime] = mapped_column(Instant)
    not_after: Mapped[datetime] = mapped_column(Instant)
    klass: Mapped[int] = mapped_column(SmallInteger)
    code: Mapped[str] = mapped_column(String(200))
    issued_at: Mapped[datetime] = mapped_column(Instant)
    signed_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int]


class PrintLog(Base):
    """One badge on one sheet; `by` is the pseudonym of whoever printed it."""

    __tablename__ = "print_log"
    __table_args__ = (Index("ix__print_log__badge", "badge_id", "at"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    badge_id: Mapped[str] = mapped_column(String(16))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(Instant)
    reprint: Mapped[bool]


class Pairing(Base):
    """An invitation for one phone to join the door, as a link or as a short code; it works once.

    `day_ids` are the lists that the phone may fill; `made_by` is the pseudonym of the organiser.
    """

    __tablename__ = "pairings"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    device_name: Mapped[str] = mapped_column(String(80))
    day_ids: Mapped[list[str]] = mapped_column(JSON)
    hashed: Mapped[str] = mapped_column(String(64), unique=True)
    hashed_code: Mapped[str] = mapped_column(String(64), unique=True)
    made_by: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class Device(Base):
    """A paired phone or laptop; its name says where it stands. Only `contact_at` and `revoked_at` ever change."""

    __tablename__ = "devices"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    name: Mapped[str] = mapped_column(String(80))
    day_ids: Mapped[list[str]] = mapped_column(JSON)
    hashed: Mapped[str] = mapped_column(String(64), unique=True)
    paired_at: Mapped[datetime] = mapped_column(Instant)
    contact_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class Scan(Base):
    """What happened at the door: an entry that was granted or refused, or the undoing of one. Nothing is deleted.

    `reason` is "" for a grant, else a published reason; `detail` says more. `code` is kept where no badge was found,
    in a form that any database can hold. `first_id` is the scan that had let the same person in before.
    `version` counts what was told of this attendee on this day; 0 where nothing was. `at` is the conference's own
    time, `received_at` the real one, `scanned_at` what the device's clock said.
    """

    __tablename__ = "scans"
    __table_args__ = (
        UniqueConstraint("device_id", "nonce"),
        Index("ix__scans__attendance", "attendee_id", "day_id"),
        Index("ix__scans__conference", "conference_id", "id"),
        Index(
            "uq__scans__inside",
            "day_id",
            "attendee_id",
            unique=True,
            sqlite_where=INSIDE,
            postgresql_where=INSIDE,
        ),
        CheckConstraint("kind IN ('entry', 'undo')", name="kind_is_known"),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    conference_id: Mapped[UUID] = mapped_column(Uuid)
    day_id: Mapped[UUID] = mapped_column(Uuid)
    device_id: Mapped[UUID | None] = mapped_column(Uuid)
    nonce: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(Text)
    badge_id: Mapped[str | None] = mapped_column(String(16))
    attendee_id: Mapped[UUID | None] = mapped_column(Uuid)
    first_id: Mapped[UUID | None] = mapped_column(Uuid)
    version: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)
    scanned_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)


class GuessCounter(CountedTries, Base):
    """How often a pairing link or code was guessed in the window that began then."""

    __tablename__ = "guess_counters"
