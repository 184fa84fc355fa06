"""Creating a conference, changing it, and telling every service what it is now."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from services.sessions.errors import SlugTaken
from services.sessions.models import Conference, Day
from services.sessions.queries import conferences as queries
from services.sessions.rules import naming, placing
from services.sessions.usecases import cancelling
from shared.bus import publish
from shared.contracts.sessions import ConferenceStated, DayFact
from shared.db import Transaction
from shared.errors import Stale
from shared.ids import new_id

OPENS, CLOSES = time(9), time(18)


def create_conference(
    db: Transaction, *, slug: str, name: str, zone: str, first_day: date, day_count: int, now: datetime
) -> Conference:
    """A new draft conference with days from 09:00 to 18:00 local time, the first open to everybody."""
    conference = new_conference(db, slug=slug, name=name, zone=zone, now=now)
    for position in range(1, day_count + 1):
        db.add(_whole_day(conference, first_day, position))
    state_conference(db, conference, now=now)
    return conference


def new_conference(
    db: Transaction,
    *,
    slug: str,
    name: str,
    zone: str,
    now: datetime,
    state: str = "draft",
    rehearsal: bool = False,
) -> Conference:
    """The row alone, untold: its version is 0 until `state_conference` tells the others."""
    naming.require_slug(slug)
    naming.require_zone(zone)
    conference = Conference(
        id=new_id(),
        slug=slug,
        acronym=naming.acronym_of(slug),
        number=_free_number(db),
        name=name,
        tagline="",
        welcome="",
        venue="",
        zone=zone,
        state=state,
        rehearsal=rehearsal,
        clock_offset=0,
        accent="#1f5fa8",
        logo="",
        release_number=0,
        version=0,
        created_at=now,
        changed_at=now,
    )
    db.add(conference)
    try:
        db.flush()
    except IntegrityError as error:
        text = f"There is already a conference at “{slug}”."
        raise SlugTaken(text, fields={"slug": [text]}) from error
    return conference


def _whole_day(conference: Conference, first_day: date, position: int) -> Day:
    on = first_day + timedelta(days=position - 1)
    starts_at = placing.resolve_start(day=on, at=OPENS, offset="", zone=conference.zone)
    ends_at = placing.resolve_start(day=on, at=CLOSES, offset="", zone=conference.zone)
    return Day(
        id=new_id(),
        conference_id=conference.id,
        position=position,
        title="",
        starts_at=starts_at,
        ends_at=ends_at,
        attend="public" if position == 1 else "registered",
    )


def _free_number(db: Transaction) -> int:
    number = secrets.randbits(32)
    while queries.has_number(db, number):
        number = secrets.randbits(32)
    return number


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What organisers say about their conference; None for `logo` or `image` keeps the one there is."""

    name: str
    tagline: str
    welcome: str
    venue: str
    accent: str
    state: str
    logo: str | None = None
    image: str | None = None


def change_settings(
    db: Transaction, *, slug: str, version: int, settings: Settings, now: datetime
) -> Conference:
    """Store the settings and tell everybody. Raises Stale when somebody else was first."""
    conference = queries.lock_conference(db, slug)
    require_version(conference.version, version)
    was_cancelled = conference.state == "cancelled"
    for name in ("name", "tagline", "welcome", "venue", "accent", "state"):
        setattr(conference, name, getattr(settings, name))
    for name in ("logo", "image"):
        if getattr(settings, name) is not None:
            setattr(conference, name, getattr(settings, name))
    if was_cancelled != (conference.state == "cancelled"):
        cancelling.restate_slots(db, conference, now=now)
    state_conference(db, conference, now=now)
    return conference


def change_day(
    db: Transaction,
    *,
    slug: str,
    version: int,
    day_id: UUID,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    listed: str,
    attend: str,
    stream: str,
    now: datetime,
) -> None:
    """Change one day; the public agenda follows with the next release, the other services at once."""
    conference = queries.lock_conference(db, slug)
    require_version(conference.version, version)
    placing.require_length(starts_at, ends_at, field="ends")
    day = queries.get_day(db, conference.id, day_id)
    day.title, day.starts_at, day.ends_at = title, starts_at, ends_at
    day.listed, day.attend, day.stream = listed, attend, stream
    db.flush()
    state_conference(db, conference, now=now)


def state_conference(db: Transaction, conference: Conference, *, now: datetime) -> None:
    """Raise the version and publish the whole state; call it after every change of a conference."""
    conference.version += 1
    conference.changed_at = now
    db.flush()
    days = tuple(
        DayFact(
            day_id=day.id,
            position=day.position,
            title=day.title or f"Day {day.position}",  # others need something to call it by
            starts_at=day.starts_at,
            ends_at=day.ends_at,
            listed=day.listed,
            attend=day.attend,
        )
        for day in queries.list_days(db, conference.id)
    )
    event = ConferenceStated(
        version=conference.version,
        conference_id=conference.id,
        slug=conference.slug,
        number=conference.number,
        acronym=conference.acronym,
        name=conference.name,
        zone=conference.zone,
        state=conference.state,
        rehearsal=conference.rehearsal,
        clock_offset=conference.clock_offset,
        accent=conference.accent,
        logo=conference.logo,
        venue=conference.venue,
        days=days,
    )
    publish(db, event)


def require_version(current: int, seen: int) -> None:
    """Raises Stale unless the form or request was made from what is there now."""
    if current != seen:
        raise Stale(
            "Somebody else has changed this in the meantime; look at it as it is now.", current=current
        )
