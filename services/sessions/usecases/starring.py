"""What participants keep of an agenda: stars, and a calendar of them whose address can be changed and withdrawn."""

from collections.abc import MutableMapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from services.sessions.ical import calendar_text
from services.sessions.models import Conference, Entitlement, PersonalFeed, Star
from services.sessions.queries import conferences, personal, released, viewers
from services.sessions.rules.visibility import can
from services.sessions.usecases.calendars import calendars_of, zone_of
from services.sessions.usecases.keeping import Export, changed_at, export_of
from shared import timers
from shared.auth import Principal
from shared.db import Transaction
from shared.errors import NotFound
from shared.ids import hash_secret, new_secret

NAME = "My agenda"
FORGET = "forget_marks"
KEPT_AFTER = timedelta(days=90)


def star_slot(db: Transaction, *, slug: str, who: Principal | None, slot_id: UUID, now: datetime) -> None:
    """Keep a star. Raises NotFound for a slot this attendee may not know of."""
    conference, attendee = _lock_attendee(db, slug, who)
    _require_listed(db, conference, attendee, slot_id)
    if personal.find_star(db, attendee.attendee_id, slot_id) is None:
        db.add(Star(attendee_id=attendee.attendee_id, slot_id=slot_id, conference_id=conference.id))
        _keep_for_now(db, conference, attendee, now)


def unstar_slot(db: Transaction, *, slug: str, who: Principal | None, slot_id: UUID) -> None:
    """Take a star back, also from a slot that was closed to this attendee since. Raises NotFound like `star_slot`."""
    conference, attendee = _lock_attendee(db, slug, who)
    star = personal.find_star(db, attendee.attendee_id, slot_id)
    if star is None:
        _require_listed(db, conference, attendee, slot_id)
    else:
        db.delete(star)


def make_feed(db: Transaction, *, slug: str, who: Principal | None, now: datetime) -> str:
    """The secret of the attendee's calendar, stored only as a hash; an older one stops working. Raises NotFound."""
    conference, attendee = _lock_attendee(db, slug, who)
    secret = new_secret()
    feed = personal.find_feed(db, attendee.attendee_id)
    if feed is None:
        feed = PersonalFeed(attendee_id=attendee.attendee_id, conference_id=conference.id)
        db.add(feed)
    feed.token_hash, feed.made_at = hash_secret(secret), now
    _keep_for_now(db, conference, attendee, now)
    return secret


def revoke_feed(db: Transaction, *, slug: str, who: Principal | None) -> None:
    """Close the attendee's calendar, if there is one. Raises NotFound for who is no attendee."""
    _, attendee = _lock_attendee(db, slug, who)
    feed = personal.find_feed(db, attendee.attendee_id)
    if feed is not None:
        db.delete(feed)


def forget_attendee(db: Transaction, attendee_id: UUID) -> None:
    """Drop everything that one attendee kept."""
    for model in (Star, PersonalFeed):
        db.execute(delete(model).where(model.attendee_id == attendee_id))


def forget_in_time(db: Transaction, *, attendee_id: UUID, conference_id: UUID, now: datetime) -> None:
    """What the timer does: forget, unless the conference has been put off since."""
    conference = conferences.get_conference(db, conferences.get_slug(db, conference_id))
    due_at = _end_of(db, conference) + KEPT_AFTER
    if due_at > now:
        _arm(db, conference, attendee_id, due_at)
    else:
        forget_attendee(db, attendee_id)


def get_personal_calendar(
    db: Transaction,
    cache: MutableMapping[Any, Any],
    conference: Conference,
    attendee: Entitlement,
    base_url: str,
    *,
    local: bool = False,
) -> Export:
    """What the attendee has starred and may know of, with the entries of the public calendar; `local` as there."""
    calendars = calendars_of(cache)
    slots = personal.list_starred(db, conference, attendee)
    last_modified = changed_at(conference, released.find_release(db, conference))
    zone = zone_of(conference, slots) if local else b""
    on = conference.zone if zone else ""
    body = calendar_text(
        (calendars.entry_of(conference, slot, base_url, zone=on) for slot in slots),
        name=f"{conference.name} · {NAME}",
        description=conference.tagline,
        source_url="",  # a copy that is passed on would carry the token
        last_modified=last_modified,
        zone=zone,
    )
    return export_of(body, last_modified)


def _keep_for_now(db: Transaction, conference: Conference, attendee: Entitlement, now: datetime) -> None:
    """Have what an attendee keeps forgotten some time after the conference, or after now if it is over."""
    _arm(db, conference, attendee.attendee_id, max(_end_of(db, conference), now) + KEPT_AFTER)


def _arm(db: Transaction, conference: Conference, attendee_id: UUID, due_at: datetime) -> None:
    timers.schedule(
        db,
        key=f"marks:{attendee_id}:{due_at:%Y-%m-%d}",  # a timer that fires cannot arm itself anew
        kind=FORGET,
        due_at=due_at,
        payload={"attendee_id": str(attendee_id), "conference_id": str(conference.id)},
    )


def _end_of(db: Transaction, conference: Conference) -> datetime:
    days = conferences.list_days(db, conference.id)
    return max((day.ends_at for day in days), default=conference.changed_at)


def _lock_attendee(db: Transaction, slug: str, who: Principal | None) -> tuple[Conference, Entitlement]:
    conference = conferences.get_shown_conference(db, slug)
    attendee = viewers.find_attendee(db, conference, who, lock=True)
    if attendee is None:
        raise NotFound
    return conference, attendee


def _require_listed(db: Transaction, conference: Conference, attendee: Entitlement, slot_id: UUID) -> None:
    slot = released.get_released_slot(db, conference.id, slot_id)
    if not can(viewers.viewer_of(conference, attendee), "listed", slot):
        raise NotFound
