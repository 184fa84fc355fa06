"""Counting tries in the database, so that guesses and floods have a limit in every process."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import String, Table, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Instant, Transaction
from shared.ids import hash_secret


class CountedTries:
    """The columns of a service's own table of counters; `key` is a hash, never an address."""

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    tries: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)


def may_try(
    db: Transaction, counter: type[Any], subject: str, *, most: int, minutes: int, now: datetime
) -> bool:
    """Count one try of `subject`; False when this window has seen more than `most` of them."""
    key = hash_secret(subject)
    # Rows that others are using right now are left for the next time: waiting for them could end in a deadlock.
    over = select(counter.key).where(counter.expires_at <= now).with_for_update(skip_locked=True)
    db.execute(delete(counter).where(counter.key.in_(over)))
    if not _count(db, counter, key):
        try:
            with db.begin_nested():
                db.add(counter(key=key, tries=1, expires_at=now + timedelta(minutes=minutes)))
        except IntegrityError:
            _count(db, counter, key)
    row = db.get(counter, key, populate_existing=True)
    return row is None or bool(row.tries <= most)


def _count(db: Transaction, counter: type[Any], key: str) -> bool:
    table = cast(Table, counter.__table__)
    query = update(table).where(table.c.key == key).values(tries=table.c.tries + 1)
    return bool(db.connection().execute(query).rowcount)
