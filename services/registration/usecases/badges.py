"""What the badges service says about an attendee's badge."""

from services.registration.queries import attendees
from shared.contracts.badges import BadgeIssued, BadgeRevoked
from shared.db import Transaction


def note_badge(db: Transaction, stated: BadgeIssued | BadgeRevoked) -> None:
    """Show whether the attendee has a badge; an old badge's revocation does not hide a newer badge."""
    attendee = attendees.find_attendee(db, stated.attendee_id)
    if attendee is None or attendee.erased_at is not None:
        return
    same = attendee.badge_id == stated.badge_id
    if isinstance(stated, BadgeIssued):
        if same and stated.version <= attendee.badge_version:
            return
        attendee.badge_state = "issued"
    else:
        if attendee.badge_id and not same:
            return
        if same and stated.version <= attendee.badge_version:
            return
        attendee.badge_state = "revoked"
    attendee.badge_id, attendee.badge_version = stated.badge_id, stated.version
