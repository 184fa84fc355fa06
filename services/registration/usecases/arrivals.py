"""What the door says about who is there."""

from services.registration.models import Arrival
from services.registration.queries import attendees
from shared.contracts.badges import AttendeeCheckedIn, AttendeeCheckedOut
from shared.db import Transaction


def note_arrival(db: Transaction, stated: AttendeeCheckedIn | AttendeeCheckedOut) -> None:
    """Take over the newest state of one attendee on one day; nothing is kept of who was erased."""
    attendee = attendees.find_attendee(db, stated.attendee_id)
    if attendee is None or attendee.erased_at is not None:
        return
    arrival = db.get(Arrival, stated.attendance_id)
    if arrival is None:
        arrival = Arrival(attendance_id=stated.attendance_id, version=0)
        db.add(arrival)
    if stated.version <= arrival.version:
        return
    arrival.version, arrival.at = stated.version, stated.at
    arrival.present = isinstance(stated, AttendeeCheckedIn)
    arrival.conference_id, arrival.attendee_id, arrival.day_id = (
        stated.conference_id,
        stated.attendee_id,
        stated.day_id,
    )
