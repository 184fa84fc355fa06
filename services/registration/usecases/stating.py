"""Telling the other services about an attendee."""

from services.registration.models import Attendee
from services.registration.rules.states import APPROVED
from shared.bus import publish
from shared.contracts.registration import AttendeeEntitled, AttendeeErased, AttendeeStated
from shared.db import Transaction


def state_attendee(db: Transaction, attendee: Attendee) -> None:
    """Publish the whole state; a request that was never approved is nobody else's business."""
    if attendee.state != APPROVED and not attendee.stated:
        return
    attendee.stated = True
    publish(
        db,
        AttendeeStated(
            version=attendee.version,
            attendee_id=attendee.id,
            conference_id=attendee.conference_id,
            display_name=attendee.name,
            institution=attendee.institution_name,
            country=attendee.country,
            category=attendee.category,
            day_ids=attendee.day_ids,
            state=attendee.state,
        ),
    )
    publish(
        db,
        AttendeeEntitled(
            version=attendee.version,
            attendee_id=attendee.id,
            conference_id=attendee.conference_id,
            day_ids=attendee.day_ids,
            state=attendee.state,
        ),
    )


def state_erasure(db: Transaction, attendee: Attendee) -> None:
    """Have everybody forget the attendee."""
    publish(
        db,
        AttendeeErased(
            version=attendee.version, attendee_id=attendee.id, conference_id=attendee.conference_id
        ),
    )
