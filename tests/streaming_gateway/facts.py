"""The facts that streaming_gateway hears."""

from typing import Any

from services.streaming_gateway.handlers import HANDLERS
from shared.contracts.base import Event
from shared.contracts.registration import AttendeeEntitled
from shared.runtime import Runtime
from tests.facts import ATTENDEE, CLOSED_DAY, CONFERENCE


def make_entitlement(**changes: Any) -> AttendeeEntitled:
    fact = {
        "version": 1,
        "attendee_id": ATTENDEE,
        "conference_id": CONFERENCE,
        "day_ids": (CLOSED_DAY,),
        "state": "approved",
    }
    return AttendeeEntitled(**{**fact, **changes})


def hear(gateway: Runtime, *events: Event) -> None:
    """Apply events in this order, each in its own transaction."""
    for event in events:
        with gateway.database.write() as db:
            HANDLERS[type(event)](db, event)
