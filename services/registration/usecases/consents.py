"""Giving and withdrawing the consents that are a person's own choice."""

from datetime import datetime

from services.registration.models import Attendee, Conference, Consent
from services.registration.queries import attendees
from services.registration.rules.states import PARTICIPANT, require_choice
from services.registration.usecases.deciding import write_down
from shared.db import Transaction


def change_consent(
    db: Transaction, *, conference: Conference, attendee: Attendee, kind: str, given: bool, now: datetime
) -> None:
    """Give or withdraw one consent; raises Invalid for one that taking part depends on."""
    text = require_choice(kind)
    attendees.lock_attendee(db, conference.id, attendee.id)
    kept = db.get(Consent, (attendee.id, kind))
    if (kept is not None) == given:
        return
    if kept is not None:
        db.delete(kept)
    else:
        db.add(Consent(attendee_id=attendee.id, kind=kind, text_version=text.text_version, given_at=now))
    what = f"{kind} consent {'given' if given else 'withdrawn'}"
    write_down(db, attendee, actor=PARTICIPANT, what=what, reason="", now=now)
