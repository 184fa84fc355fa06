"""The facts that badges hears."""

from typing import Any
from uuid import UUID

from services.badges.handlers import HANDLERS
from shared.contracts.base import Event
from shared.contracts.registration import AttendeeStated
from shared.contracts.sessions import SlotStated
from shared.runtime import Runtime
from tests import facts
from tests.facts import ATTENDEE, CLOSED_DAY, CONFERENCE, at

OTHER_CONFERENCE = UUID(int=99)


def make_slot(**changes: Any) -> SlotStated:
    workshop = {
        "day_id": CLOSED_DAY,
        "title": "Weaving <nets>",
        "kind": "workshop",
        "starts_at": at("09:30", 27),
        "ends_at": at("10:00", 27),
        "attend": "registered",
    }
    return facts.make_slot(**{**workshop, **changes})


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


def hear(badges: Runtime, *events: Event) -> None:
    """Apply events in this order, each in its own transaction."""
    for event in events:
        with badges.database.write() as db:
            HANDLERS[type(event)](db, event)
