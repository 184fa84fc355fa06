"""Factories of the facts that badges hears, for a conference on 26 to 27 November 2026."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.badges.handlers import HANDLERS
from shared.contracts.base import Event
from shared.contracts.registration import AttendeeErased, AttendeeStated
from shared.contracts.sessions import ConferenceStated, DayFact, SlotCancelled, SlotStated
from shared.runtime import Runtime

CONFERENCE, OPEN_DAY, CLOSED_DAY, AULA, SLOT, ATTENDEE, SECOND = (UUID(int=number) for number in range(1, 8))
OTHER_CONFERENCE = UUID(int=99)
SLUG = "spring-meeting"


def at(clock: str, day: int = 26) -> datetime:
    """An instant of November 2026, in UTC."""
    return datetime.strptime(f"2026-11-{day} {clock}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def make_day(**changes: Any) -> DayFact:
    fact = {
        "day_id": OPEN_DAY,
        "position": 1,
        "title": "Open day",
        "starts_at": at("09:00"),
        "ends_at": at("18:00"),
        "listed": "public",
        "attend": "public",
    }
    return DayFact(**{**fact, **changes})


def make_closed_day(**changes: Any) -> DayFact:
    fact = {
        "day_id": CLOSED_DAY,
        "position": 2,
        "title": "Workshop day",
        "starts_at": at("09:00", 27),
        "ends_at": at("18:00", 27),
        "attend": "registered",
    }
    return make_day(**{**fact, **changes})


def make_conference(**changes: Any) -> ConferenceStated:
    fact = {
        "version": 1,
        "conference_id": CONFERENCE,
        "slug": SLUG,
        "number": 4_000_000_007,
        "acronym": "spring2026",
        "name": "Spring Meeting",
        "zone": "Europe/Brussels",
        "state": "public",
        "rehearsal": False,
        "clock_offset": 0,
        "accent": "#1f5fa8",
        "logo": "",
        "venue": "Zilverhal",
        "days": (make_day(), make_closed_day()),
    }
    return ConferenceStated(**{**fact, **changes})


def make_slot(**changes: Any) -> SlotStated:
    fact = {
        "version": 1,
        "slot_id": SLOT,
        "conference_id": CONFERENCE,
        "session_id": SLOT,
        "day_id": CLOSED_DAY,
        "title": "Weaving <nets>",
        "kind": "workshop",
        "language": "en",
        "room_id": AULA,
        "room": "Aula",
        "speakers": (),
        "starts_at": at("09:30", 27),
        "ends_at": at("10:00", 27),
        "listed": "public",
        "attend": "registered",
    }
    return SlotStated(**{**fact, **changes})


def make_cancellation(**changes: Any) -> SlotCancelled:
    return SlotCancelled(**{"version": 2, "slot_id": SLOT, "conference_id": CONFERENCE, **changes})


def make_attendee(**changes: Any) -> AttendeeStated:
    fact = {
        "version": 1,
        "attendee_id": ATTENDEE,
        "conference_id": CONFERENCE,
        "display_name": "Żaneta Ørsted",
        "institution": "Akademia Złotoborska",
        "country": "PL",
        "category": "participant",
        "day_ids": (CLOSED_DAY,),
        "state": "approved",
    }
    return AttendeeStated(**{**fact, **changes})


def make_erasure(**changes: Any) -> AttendeeErased:
    return AttendeeErased(**{"version": 2, "attendee_id": ATTENDEE, "conference_id": CONFERENCE, **changes})


def offset_to(moment: datetime) -> int:
    """The rehearsal offset that makes it this moment now."""
    return round((moment - datetime.now(UTC)) / timedelta(seconds=1))


def hear(badges: Runtime, *events: Event) -> None:
    """Apply events in this order, each in its own transaction."""
    for event in events:
        with badges.database.write() as db:
            HANDLERS[type(event)](db, event)
