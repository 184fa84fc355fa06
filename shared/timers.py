"""Everything that happens at a time: a row that falls due once, survives restarts, and can be moved."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, Integer, String, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import TIMERS, Database, Instant, Plumbing, Transaction, wake
from shared.log import log

TimerHandler = Callable[[Transaction, dict[str, Any], datetime], None]


class Timer(Plumbing):
    """`key` is unique: scheduling it again moves it. `done_at` stays as the record that it fired."""

    __tablename__ = "timers"
    __table_args__ = (Index("ix__timers__due", "done_at", "due_at"),)

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    due_at: Mapped[datetime] = mapped_column(Instant)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    done_at: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    reason: Mapped[str] = mapped_column(Text, default="")


def schedule(db: Transaction, *, key: str, kind: str, due_at: datetime, payload: dict[str, Any]) -> None:
    """Fire `kind` at a real instant; a timer of that key that has fired already is armed anew."""
    timer = db.get(Timer, key)
    if timer is None:
        timer = Timer(key=key)
        db.add(timer)
    timer.kind, timer.due_at, timer.payload = kind, due_at, payload
    timer.done_at, timer.attempts, timer.reason = None, 0, ""
    wake(db, TIMERS)


def cancel(db: Transaction, key: str) -> None:
    """Forget the timer of that key, if there is one."""
    db.execute(delete(Timer).where(Timer.key == key))


def fire_due(database: Database, handlers: Mapping[str, TimerHandler], at: datetime) -> bool:
    """Fire the next due timer in one transaction; says whether there was one."""
    due = (Timer.done_at.is_(None), Timer.due_at <= at)
    with database.read() as db:  # most looks find nothing, and a look should not take the writer's turn
        if db.scalar(select(Timer.key).where(*due).limit(1)) is None:
            return False
    with database.write() as db:
        timer = db.scalar(
            select(Timer).where(*due).order_by(Timer.due_at).limit(1).with_for_update(skip_locked=True)
        )
        if timer is None:
            return False
        timer.attempts += 1
        try:
            with db.begin_nested():
                handlers[timer.kind](db, timer.payload, at)
            timer.done_at = at
        except Exception as error:  # noqa: BLE001 - one failing timer must not hold up the others
            timer.reason = f"{type(error).__name__}: {error}"[:2000]
            timer.due_at = at + min(timedelta(minutes=5), timedelta(seconds=2**timer.attempts))
            log.error("timer failed", key=timer.key, reason=timer.reason, attempts=timer.attempts)
    return True
