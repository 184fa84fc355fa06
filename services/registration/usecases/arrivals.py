"""What the door says about who is there."""

from services.registration.queries.arrivals import keep_arrival
from shared.contracts.badges import AttendeeCheckedIn, AttendeeCheckedOut
from shared.db import Transaction


def note_arrival(db: Transaction, stated: AttendeeCheckedIn | AttendeeCheckedOut) -> None:
    """Take over the newest state of one attendee on one day; nothing is kept of who was erased."""
    keep_arrival(
        db,
        attendance_id=stated.attendance_id,
        version=stated.version,
        conference_id=stated.conference_id,
        attendee_id=stated.attendee_id,
        day_id=stated.day_id,
        present=isinstance(stated, AttendeeCheckedIn),
        at=stated.at,
    )
