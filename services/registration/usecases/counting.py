"""Counting tries in the database, so that guesses and floods of mail have a limit in every process."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from services.registration.models import GuessCounter
from shared.db import Transaction
from shared.ids import hash_secret


def may_try(db: Transaction, subject: str, *, most: int, minutes: int, now: datetime) -> bool:
    """Count one try of `subject`; False when this window has seen more than `most` of them."""
    key = hash_secret(subject)
    # Rows that others are using right now are left for the next time: waiting for them could end in a deadlock.
    over = select(GuessCounter.key).where(GuessCounter.expires_at <= now).with_for_update(skip_locked=True)
    db.execute(delete(GuessCounter).where(GuessCounter.key.in_(over)))
    if not _count(db, key):
        try:
            with db.begin_nested():
                db.add(GuessCounter(key=key, tries=1, expires_at=now + timedelta(minutes=minutes)))
        except IntegrityError:
            _count(db, key)
    counter = db.get(GuessCounter, key, populate_existing=True)
    return counter is None or counter.tries <= most


def _count(db: Transaction, key: str) -> bool:
    query = update(GuessCounter).where(GuessCounter.key == key).values(tries=GuessCounter.tries + 1)
    return bool(db.connection().execute(query).rowcount)
