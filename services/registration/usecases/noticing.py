"""Writing to participants what others want them to know, because only this service knows their addresses."""

from services.registration.models import Conference
from services.registration.queries import attendees
from services.registration.rules import states
from services.registration.usecases import letters
from shared.contracts.sessions import NoticeRequested
from shared.db import Transaction


def send_notice(db: Transaction, notice: NoticeRequested) -> None:
    """Send it, unless there is nobody to send it to: unknown here, erased, or not coming any more."""
    attendee = attendees.find_attendee(db, notice.attendee_id)
    if attendee is None or attendee.conference_id != notice.conference_id:
        return
    if attendee.erased_at is None and states.is_active(attendee):
        conference = db.get_one(Conference, attendee.conference_id)
        letters.send_notice(db, conference, attendee, notice)
