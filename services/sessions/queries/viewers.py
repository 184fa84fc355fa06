"""Who is looking, in terms of what they may see of a conference."""

from uuid import UUID

from services.sessions.models import Conference, Entitlement
from services.sessions.rules.visibility import ANYBODY, Viewer
from shared.auth import Principal
from shared.db import Transaction

MANAGE = "agenda:manage"


def get_viewer(db: Transaction, conference: Conference, who: Principal | None) -> Viewer:
    """Organisers of this conference see everything, attendees what their days open to them."""
    if who is None or who.conference != conference.slug:
        return ANYBODY
    if MANAGE in who.scopes:
        return Viewer(is_staff=True)
    try:
        entitlement = db.get(Entitlement, UUID(who.subject))
    except ValueError:
        return ANYBODY
    if entitlement is None or entitlement.conference_id != conference.id or entitlement.state != "approved":
        return ANYBODY
    return Viewer(day_ids=frozenset(UUID(day_id) for day_id in entitlement.day_ids))
