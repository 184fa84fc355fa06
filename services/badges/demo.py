"""The door of the demonstration: a link that pairs the first phone."""

from datetime import datetime

from services.badges import queries
from services.badges.queries import door as find
from services.badges.usecases.pairing import invite_device
from shared.db import Transaction

MINUTES = 24 * 60


def invite_door(db: Transaction, *, slug: str, now: datetime) -> str:
    """The secret of a link that pairs one device for every day, good for a day."""
    conference = queries.get_conference(db, slug)
    days = [day.day_id for day in find.list_day_lists(db, conference.id)]
    return invite_device(
        db, conference=conference, name="First phone", day_ids=days, by="", minutes=MINUTES, now=now
    ).secret
