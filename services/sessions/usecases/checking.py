"""Holding the draft against the rules of its conference, and choosing how grave each rule is."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.sessions.models import Availability, Conference, Slot
from services.sessions.queries import conferences, drafts
from services.sessions.rules import concerns, placing, programme
from services.sessions.rules.concerns import Concern
from services.sessions.rules.programme import Draft
from services.sessions.usecases.conferences import require_version
from shared.db import Transaction
from shared.errors import NotFound
from shared.ids import new_id

UNPLACED = UUID(int=0)


def check_draft(draft: Draft) -> list[Concern]:
    """What breaks a rule now; nothing of it is stored, so every change behind it is in it at once."""
    return concerns.find_concerns(programme.placed(draft), programme.circumstances(draft))


def check_place(
    db: Transaction,
    conference: Conference,
    *,
    session_id: UUID,
    slot_id: UUID | None,
    room_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
) -> list[Concern]:
    """What a slot would break at a place; without `slot_id` a new one, which the nil UUID stands for.

    Nothing is changed. A cancelled slot breaks nothing. Raises NotFound, or what placing it there would raise.
    """
    session = drafts.get_session(db, conference.id, session_id)
    own = drafts.get_slot(db, conference.id, slot_id) if slot_id else None
    if own and own.session_id != session.id:
        raise NotFound
    placing.require_length(starts_at, ends_at)
    draft = drafts.read_around(db, conference, session, starts_at=starts_at, ends_at=ends_at)
    placing.require_near(starts_at, ends_at, draft.days, field="starts_at")
    placing.require_known(room_id, draft.rooms)
    slot = Slot(
        id=slot_id or UNPLACED,
        session_id=session.id,
        room_id=room_id,
        day_id=placing.day_of(starts_at, draft.days),
        starts_at=starts_at,
        ends_at=ends_at,
        cancelled=own is not None and own.cancelled,
    )
    supposed = replace(draft, slots=[slot, *(other for other in draft.slots if other.id != slot_id)])
    return concerns.find_concerns_of(slot.id, programme.placed(supposed), programme.circumstances(supposed))


def change_rules(
    db: Transaction, *, slug: str, version: int, severities: dict[str, str], buffer_minutes: int
) -> Conference:
    """Choose block, warn or ignore per rule. Raises Stale when somebody else was first."""
    conference = conferences.lock_conference(db, slug)
    require_version(conference.rules_version, version)
    conference.severities = {
        rule: severity for rule, severity in severities.items() if severity != concerns.DEFAULTS[rule]
    }
    conference.buffer_minutes = buffer_minutes
    conference.rules_version += 1
    return conference


def set_availability(
    db: Transaction, conference: Conference, *, owner_id: UUID, spans: tuple[tuple[datetime, datetime], ...]
) -> None:
    """Replace when a room or speaker can be had; no interval means always."""
    drafts.delete_available(db, conference.id, owner_id)
    for starts_at, ends_at in spans:
        row = Availability(
            id=new_id(),
            conference_id=conference.id,
            owner_id=owner_id,
            starts_at=starts_at,
            ends_at=ends_at,
        )
        db.add(row)
    db.flush()
