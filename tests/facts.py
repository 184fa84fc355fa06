"""Facts about a conference on 26 and 27 November 2026, as its publishers state them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.contracts.registration import AttendeeErased
from shared.contracts.sessions import ConferenceStated, DayFact, SlotCancelled, SlotStated

CONFERENCE, OPEN_DAY, CLOSED_DAY, AULA, HAZEL, SLOT, ATTENDEE, SECOND = (
    UUID(int=number) for number in range(1, 9)
)
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
        "day_id": OPEN_DAY,
        "title": "Opening",
        "kind": "talk",
        "language": "en",
        "room_id": AULA,
        "room": "Aula",
        "speakers": ("Ada Ørsted",),
        "starts_at": at("09:30"),
        "ends_at": at("10:00"),
        "listed": "public",
        "attend": "public",
    }
    return SlotStated(**{**fact, **changes})


def make_cancellation(**changes: Any) -> SlotCancelled:
    return SlotCancelled(**{"version": 2, "slot_id": SLOT, "conference_id": CONFERENCE, **changes})


def make_erasure(**changes: Any) -> AttendeeErased:
    return AttendeeErased(**{"version": 2, "attendee_id": ATTENDEE, "conference_id": CONFERENCE, **changes})


def offset_to(moment: datetime) -> int:
    """The rehearsal offset that makes it this moment now."""
    return round((moment - datetime.now(UTC)) / timedelta(seconds=1))
