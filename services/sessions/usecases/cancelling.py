"""Calling a whole conference off, or on again, without touching what its draft says."""

from datetime import datetime

from services.sessions.models import Conference
from services.sessions.queries import released as queries
from services.sessions.usecases import slots
from shared.db import Transaction


def restate_slots(db: Transaction, conference: Conference, *, now: datetime) -> None:
    """Cancel or restore every released slot as the state of the conference demands; calendars follow."""
    current = {slot.slot_id: slot for slot in queries.list_current_slots(db, conference.id)}
    changes = {
        slot.slot_id: (slot.body, True)
        for slot in current.values()
        if slot.cancelled != (slot.body["cancelled"] or conference.state == "cancelled")
    }
    slots.replace_slots(db, conference, changes, current, release_number=conference.release_number, now=now)
