"""The two tables of the bus: what is to be told, and what has been heard."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Instant, Plumbing

Serial = BigInteger().with_variant(Integer, "sqlite")


class Outbox(Plumbing):
    """An event to publish. Rows of a replay carry a `target` service and a `generation`, and go when sent."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("event_id", "target", "generation"),
        Index(
            "ix__outbox__unsent",
            "seq",
            sqlite_where=text("sent_at IS NULL"),
            postgresql_where=text("sent_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    event_id: Mapped[UUID] = mapped_column(Uuid)
    type: Mapped[str] = mapped_column(String(120))
    subject: Mapped[str] = mapped_column(String(80))
    sequence: Mapped[int] = mapped_column(Integer)
    conference: Mapped[UUID | None] = mapped_column(Uuid)
    dataclass: Mapped[str] = mapped_column(String(16))
    body: Mapped[str] = mapped_column(Text)
    traceparent: Mapped[str] = mapped_column(String(60), default="")
    target: Mapped[str] = mapped_column(String(40), default="")
    generation: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)


class Inbox(Plumbing):
    """An event that was heard. `state` is done, ignored, retry or parked; `raw` is kept only while it is needed.

    It is "trying" while a process handles what an earlier one may have died of; `attempts` counts those then.
    Of the rows in retry, the one with the lowest `turn` is tried at `next_at`; the others of its subject wait for it.
    `told_at` is when its publisher committed it.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        Index("ix__inbox__state", "state", "next_at"),
        Index("ix__inbox__subject", "subject", "state"),
    )

    event_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    generation: Mapped[str] = mapped_column(String(40), primary_key=True, default="")
    type: Mapped[str] = mapped_column(String(120), default="")
    subject: Mapped[str] = mapped_column(String(80), default="")
    sequence: Mapped[int] = mapped_column(Integer, default=0)
    state: Mapped[str] = mapped_column(String(10))
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    turn: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    next_at: Mapped[datetime | None] = mapped_column(Instant)
    told_at: Mapped[datetime | None] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(Text, default="")
    received_at: Mapped[datetime] = mapped_column(Instant)
