"""Moving the clock of a conference that rehearses."""

import re
from datetime import datetime, time
from math import ceil

from services.sessions.errors import NotARehearsal, TimeUnclear
from services.sessions.models import Conference
from services.sessions.queries import conferences as queries
from services.sessions.rules import placing
from services.sessions.usecases import planning
from services.sessions.usecases.conferences import state_conference
from shared.clock import to_local
from shared.db import Transaction

_DAY = re.compile(r"day\s+([0-9]{1,3})\s+([0-9]{1,2}):([0-9]{2})", re.IGNORECASE)


def set_clock(db: Transaction, conference: Conference, *, at: str, now: datetime) -> datetime:
    """Make it `at` ("day 2 10:00", an ISO date and time, or "now") and tell everybody.

    Returns the conference's new local time. Raises NotARehearsal, or TimeUnclear naming the field `at`.
    """
    conference = queries.lock_conference(db, conference.slug)
    if not conference.rehearsal:
        raise NotARehearsal(f"“{conference.name}” is not marked as a rehearsal.")
    moment = _moment(db, conference, at.strip(), now)
    # Rounded up, so that the clock never shows the minute before the one that was asked for.
    conference.clock_offset = ceil((moment - now).total_seconds())
    state_conference(db, conference, now=now)
    planning.arm(db, conference)
    return to_local(moment, conference.zone)


def _moment(db: Transaction, conference: Conference, at: str, now: datetime) -> datetime:
    if at.casefold() == "now":
        return now
    try:
        found = _DAY.fullmatch(at)
        if found is None:
            local = datetime.fromisoformat(at)
            day, clock = local.date(), local.time()
            return (
                local
                if local.tzinfo
                else placing.resolve_start(day=day, at=clock, offset="", zone=conference.zone)
            )
        clock = time(int(found[2]), int(found[3]))
    except ValueError as error:
        text = f"“{at[:60]}” is no time; write it like “day 2 10:00”, “2026-11-27 10:00” or “now”."
        raise TimeUnclear(text, fields={"at": [text]}) from error
    days = {one.position: one for one in queries.list_days(db, conference.id)}
    if int(found[1]) not in days:
        text = f"The conference has no day {found[1]}."
        raise TimeUnclear(text, fields={"at": [text]})
    on = to_local(days[int(found[1])].starts_at, conference.zone).date()
    return placing.resolve_start(day=on, at=clock, offset="", zone=conference.zone)
