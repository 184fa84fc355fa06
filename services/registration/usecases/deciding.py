"""Decisions of organisers on registrations, each with its trace in the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.registration.errors import AlreadyDecided
from services.registration.models import Attendee, Conference, Decision
from services.registration.queries import attendees, conferences
from services.registration.rules import states
from services.registration.usecases import letters
from services.registration.usecases.links import give_link
from services.registration.usecases.stating import state_attendee
from shared.db import Transaction
from shared.errors import Invalid
from shared.ids import new_id


@dataclass(frozen=True, kw_only=True)
class BulkOutcome:
    """What became of a decision on several people."""

    decided: tuple[str, ...]
    refused: tuple[str, ...]


def decide_registration(
    db: Transaction,
    *,
    conference: Conference,
    attendee_id: UUID,
    decision: str,
    reason: str,
    actor: str,
    site: letters.Site,
    now: datetime,
) -> Attendee:
    """Approve or reject one waiting registration; raises AlreadyDecided with the first decision."""
    states.require_decision(decision, reason)
    attendee = attendees.lock_attendee(db, conference.id, attendee_id)
    states.require_undecided(attendee)
    if decision == states.REJECTED:
        release_places(db, attendee)
    attendee.state, attendee.reason = decision, reason
    attendee.decided_at, attendee.decided_by = now, actor
    attendee.version += 1
    write_down(db, attendee, actor=actor, what=decision, reason=reason, now=now)
    state_attendee(db, attendee)
    letters.send_state(db, conference, attendee, give_link(db, attendee, now=now), site)
    return attendee


def decide_in_bulk(
    db: Transaction,
    *,
    conference: Conference,
    attendee_ids: Sequence[UUID],
    decision: str,
    reason: str,
    actor: str,
    site: letters.Site,
    now: datetime,
) -> BulkOutcome:
    """Decide each of them; those that were decided before keep their first decision and are named."""
    states.require_decision(decision, reason)
    if not attendee_ids:
        raise Invalid(fields={"attendee_ids": ["Please tick at least one registration."]})
    decided, refused = [], []
    for attendee_id in sorted(set(attendee_ids)):
        try:
            attendee = decide_registration(
                db,
                conference=conference,
                attendee_id=attendee_id,
                decision=decision,
                reason=reason,
                actor=actor,
                site=site,
                now=now,
            )
            decided.append(attendee.name)
        except AlreadyDecided as refusal:
            refused.append(refusal.detail)
    return BulkOutcome(decided=tuple(decided), refused=tuple(refused))


def release_places(db: Transaction, attendee: Attendee) -> None:
    """Free the places; before the state changes, so that days are locked in one order everywhere."""
    for day_id in sorted(attendee.day_ids):
        conferences.free_place(db, day_id)


def write_down(
    db: Transaction, attendee: Attendee, *, actor: str, what: str, reason: str, now: datetime
) -> None:
    """One line of the audit log."""
    db.add(Decision(id=new_id(), attendee_id=attendee.id, actor=actor, what=what, reason=reason, at=now))


def change_category(
    db: Transaction, *, conference: Conference, attendee_id: UUID, category: str, actor: str, now: datetime
) -> None:
    """What the badge says besides the name; known services hear of it."""
    if category not in states.CATEGORIES:
        raise Invalid(fields={"category": ["Please choose one of the categories."]})
    attendee = attendees.lock_attendee(db, conference.id, attendee_id)
    if attendee.category == category:
        return
    attendee.category = category
    attendee.version += 1
    write_down(db, attendee, actor=actor, what=f"category {category}", reason="", now=now)
    if states.is_active(attendee):
        state_attendee(db, attendee)
