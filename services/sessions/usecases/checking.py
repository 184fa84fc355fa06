"""Holding the draft against the rules of its conference, and choosing how grave each rule is."""

from datetime import datetime
from uuid import UUID

from services.sessions.models import Availability, Conference
from services.sessions.queries import conferences, drafts
from services.sessions.rules import concerns, programme
from services.sessions.rules.concerns import Concern
from services.sessions.rules.programme import Draft
from services.sessions.usecases.conferences import require_version
from shared.db import Transaction
from shared.ids import new_id


def check_draft(draft: Draft) -> list[Concern]:
    """What breaks a rule now; nothing of it is stored, so every change behind it is in it at once."""
    return concerns.find_concerns(programme.placed(draft), programme.circumstances(draft))


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
