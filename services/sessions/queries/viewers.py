"""Who is looking, in terms of what they may see of a conference."""

from uuid import UUID

from sqlalchemy import select

from services.sessions.models import Conference, Entitlement
from services.sessions.rules.visibility import ANYBODY, Viewer
from shared.auth import Principal
from shared.db import Transaction

MANAGE = "agenda:manage"
ERASED = "erased"


def viewer_for(conference: Conference, who: Principal | None, attendee: Entitlement | None) -> Viewer:
    """Organisers of this conference see everything, attendees what their days open to them."""
    if who is not None and who.may(MANAGE, conference.slug):
        return Viewer(is_staff=True)
    return viewer_of(conference, attendee) if attendee else ANYBODY


def find_attendee(
    db: Transaction, conference: Conference, who: Principal | None, *, lock: bool = False
) -> Entitlement | None:
    """What is known of the attendee who asks; None for everybody else, for somebody erased, and before it was heard.

    With `lock` it is held against erasing until the end of the transaction.
    """
    if who is None or who.conference != conference.slug or MANAGE in who.scopes:
        return None
    try:
        query = select(Entitlement).where(Entitlement.attendee_id == UUID(who.subject))
    except ValueError:
        return None
    attendee = db.scalar(query.with_for_update() if lock else query)
    if attendee is None or attendee.conference_id != conference.id or attendee.state == ERASED:
        return None
    return attendee


def viewer_of(conference: Conference, attendee: Entitlement) -> Viewer:
    """An attendee as a viewer: nobody in particular until approved."""
    if attendee.conference_id != conference.id or attendee.state != "approved":
        return ANYBODY
    return Viewer(day_ids=frozenset(UUID(day_id) for day_id in attendee.day_ids))
