"""Keeping what other services have stated; an older statement never replaces a newer one."""

from typing import Any
from uuid import UUID

from services.sessions.models import Entitlement, StageState
from services.sessions.queries.viewers import ERASED
from services.sessions.usecases import starring
from shared.contracts.streaming_gateway import StageEvent
from shared.db import Transaction


def entitle_attendee(
    db: Transaction,
    *,
    attendee_id: UUID,
    conference_id: UUID,
    day_ids: tuple[UUID, ...],
    state: str,
    version: int,
) -> None:
    """Remember which days an attendee may enter; somebody erased stays erased."""
    row = db.get(Entitlement, attendee_id)
    if row is None:
        row = Entitlement(
            attendee_id=attendee_id, conference_id=conference_id, version=0, state=state, day_ids=[]
        )
        db.add(row)
    if row.state == ERASED or version <= row.version:
        return
    row.conference_id, row.state, row.version = conference_id, state, version
    row.day_ids = [str(day_id) for day_id in day_ids]


def erase_attendee(db: Transaction, *, attendee_id: UUID, conference_id: UUID, version: int) -> None:
    """Forget an attendee and what they kept, and leave a mark so that no late event brings them back."""
    row = db.get(Entitlement, attendee_id)
    if row is None:
        row = Entitlement(attendee_id=attendee_id, conference_id=conference_id)
        db.add(row)
    row.day_ids, row.state, row.version = [], ERASED, version
    db.flush()  # waits for whatever the attendee is just keeping
    starring.forget_attendee(db, attendee_id)


def note_stage(db: Transaction, *, fact: StageEvent, **changes: Any) -> None:
    """Take over what is new about a stage; one not heard of before counts as closed until it is said to open."""
    row = db.get(StageState, fact.stage_id)
    if row is None:
        row = StageState(stage_id=fact.stage_id, conference_id=fact.conference_id, open=False, version=0)
        db.add(row)
    if fact.version <= row.version:
        return
    row.version = fact.version
    for name, value in changes.items():
        setattr(row, name, value)
