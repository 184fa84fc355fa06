"""Letting people in at the door: each scan is decided once, kept, and answered alike however often it is sent."""

from datetime import datetime, timedelta
from uuid import UUID

from services.badges import queries
from services.badges.queries import scans
from services.badges.queries.scans import Answer, Attempt
from services.badges.rules import door
from services.badges.rules.door import DayList
from services.badges.usecases.doors import Doorkeeper, Doors, Venue
from shared.bus.outbox import row_of
from shared.contracts.badges import AttendeeCheckedIn
from shared.db import Database
from shared.errors import Invalid, Stale
from shared.ids import new_id

TRIES = 4


def scan_badge(
    doors: Doors,
    keeper: Doorkeeper,
    *,
    code: str,
    day_id: UUID,
    nonce: str,
    scanned_at: datetime | None,
    now: datetime,
) -> Answer:
    """Decide a scan at the conference's own time and write it, or repeat what this nonce was answered first.

    `now` is the real time. Raises DeviceRevoked, and Invalid for a list that is not this device's.
    """
    database = doors.database
    for _ in range(TRIES):
        attempt = _attempt(
            database, keeper, code=code, day_id=day_id, nonce=nonce, scanned_at=scanned_at, now=now
        )
        answer = scans.insert_scan(database, attempt)
        if answer is not None:
            return answer
        keeper = doors.renewed(keeper.device_id)
        with database.read() as db:
            answer = scans.find_answer(db, device_id=keeper.device_id, nonce=nonce)
        if answer is not None:
            return answer
    raise Stale


def _attempt(
    database: Database,
    keeper: Doorkeeper,
    *,
    code: str,
    day_id: UUID,
    nonce: str,
    scanned_at: datetime | None,
    now: datetime,
) -> Attempt:
    venue, day = keeper.venue, _list_of(keeper, day_id)
    at = now + timedelta(seconds=venue.clock_offset)
    judged = door.judge_code(
        code, keys=venue.keys, conference_number=venue.number, cancelled=venue.cancelled, day=day, now=at
    )
    attendee_id = _attendee_id(database, venue, judged.badge_id)
    entry = (
        AttendeeCheckedIn(
            version=1,
            attendance_id=door.attendance_id(attendee_id, day_id),
            attendee_id=attendee_id,
            conference_id=venue.id,
            day_id=day_id,
            at=at,
        )
        if attendee_id and not judged.reason
        else None
    )
    return Attempt(
        id=new_id(),
        conference_id=venue.id,
        conference_version=venue.version,
        day_id=day_id,
        day_like="%" if day.is_public else f'%"{day_id}"%',
        device_id=keeper.device_id,
        nonce=nonce,
        refused=judged.reason,
        detail=judged.detail,
        code="" if attendee_id else door.storable(code),
        badge_id=judged.badge_id,
        at=at,
        received_at=now,
        scanned_at=scanned_at,
        told=row_of(entry) if entry else None,
    )


def _list_of(keeper: Doorkeeper, day_id: UUID) -> DayList:
    for day in keeper.lists:
        if day.day_id == day_id:
            return day
    raise Invalid(fields={"day_id": ["This device is not for this list."]})


def _attendee_id(database: Database, venue: Venue, badge_id: str | None) -> UUID | None:
    """Whose badge it is; a badge that was issued a moment ago is asked for once."""
    if badge_id is None:
        return None
    if badge_id not in venue.attendees:
        with database.read() as db:
            badge = queries.find_badge(db, venue.id, badge_id)
        if badge is None:
            return None
        venue.attendees[badge_id] = badge.attendee_id
    return venue.attendees[badge_id]
