"""Keeping what other services have stated; an older statement never replaces a newer one."""

from uuid import UUID

from services.sessions.models import Entitlement, StageState
from shared.db import Transaction

ERASED = "erased"


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
    """Forget an attendee, and leave a mark so that no late event brings them back."""
    row = db.get(Entitlement, attendee_id)
    if row is None:
        row = Entitlement(attendee_id=attendee_id, conference_id=conference_id)
        db.add(row)
    row.day_ids, row.state, row.version = [], ERASED, version


def note_stage(db: Transaction, *, stage_id: UUID, conference_id: UUID, is_open: bool, version: int) -> None:
    """Remember whether a stage is on air."""
    row = db.get(StageState, stage_id)
    if row is None:
        row = StageState(stage_id=stage_id, conference_id=conference_id, open=is_open, version=version)
        db.add(row)
    elif version > row.version:
        row.open, row.version = is_open, version
