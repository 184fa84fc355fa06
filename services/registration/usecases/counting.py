"""How often somebody tried something here: sign-ins, links, lost links."""

from datetime import datetime

from services.registration.models import GuessCounter
from shared import counting
from shared.db import Transaction


def may_try(db: Transaction, subject: str, *, most: int, minutes: int, now: datetime) -> bool:
    """Count one try of `subject`; False when this window has seen more than `most` of them."""
    return counting.may_try(db, GuessCounter, subject, most=most, minutes=minutes, now=now)
