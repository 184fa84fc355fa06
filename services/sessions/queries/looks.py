"""How the pages of a conference are dressed."""

from services.sessions.models import Conference
from services.sessions.queries import conferences
from shared.db import Transaction
from shared.web import look
from shared.web.look import Look


def look_of(db: Transaction, slug: str) -> Look | None:
    """The look of a conference the public may know of; a draft has none, or an error page would name it."""
    conference = conferences.find_conference(db, slug)
    if conference is None or conference.state == "draft":
        return None
    return dress(db, conference)


def dress(db: Transaction, conference: Conference, *, managing: bool = False) -> Look:
    """The look of any conference, for pages that may show it; `managing` leads to the organisers' pages."""
    days = conferences.list_days(db, conference.id)
    live, register = any(day.stream for day in days), any(day.attend == "registered" for day in days)
    return look.dress(conference, live=live, register=register, managing=managing)
