"""How the pages of a conference are dressed."""

from services.sessions.models import Conference
from services.sessions.queries import conferences
from shared.clock import conference_now
from shared.db import Transaction
from shared.web.look import Look


def look_of(db: Transaction, slug: str) -> Look | None:
    """The look of a conference the public may know of; a draft has none, or an error page would name it."""
    conference = conferences.find_conference(db, slug)
    if conference is None or conference.state == "draft":
        return None
    return dress(db, conference)


def dress(db: Transaction, conference: Conference) -> Look:
    """The look of any conference, for pages that may show it."""
    home = f"/sessions/{conference.slug}/"
    nav = [("Agenda", home), ("Speakers", f"{home}speakers/")]
    days = conferences.list_days(db, conference.id)
    nav += [("Live", day.stream) for day in days if day.stream][:1]
    if any(day.attend == "registered" for day in days):
        nav.append(("Register", f"/registration/{conference.slug}/"))
    return Look(
        name=conference.name,
        accent=conference.accent,
        logo=conference.logo,
        home=home,
        nav=tuple(nav),
        zone=conference.zone,
        rehearsal_at=conference_now(conference.clock_offset) if conference.rehearsal else None,
    )
