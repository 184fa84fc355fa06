"""What `sessions` learns from the others, and what it does when a time has come."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.sessions.usecases import hearing, planning, starring
from shared.contracts.base import Event
from shared.contracts.registration import AttendeeEntitled, AttendeeErased
from shared.contracts.streaming_gateway import (
    AudienceCounted,
    StageClosed,
    StageFailedOver,
    StageHeld,
    StageOpened,
    StageResumed,
)
from shared.db import Transaction
from shared.timers import TimerHandler


def on_attendee_entitled(db: Transaction, event: AttendeeEntitled) -> None:
    hearing.entitle_attendee(
        db,
        attendee_id=event.attendee_id,
        conference_id=event.conference_id,
        day_ids=event.day_ids,
        state=event.state,
        version=event.version,
    )


def on_attendee_erased(db: Transaction, event: AttendeeErased) -> None:
    hearing.erase_attendee(
        db, attendee_id=event.attendee_id, conference_id=event.conference_id, version=event.version
    )


def on_stage_opened(db: Transaction, event: StageOpened) -> None:
    hearing.note_stage(db, fact=event, open=True, attend=event.attend, pause="", viewers=0)


def on_stage_closed(db: Transaction, event: StageClosed) -> None:
    hearing.note_stage(db, fact=event, open=False, pause="", viewers=0)


def on_stage_held(db: Transaction, event: StageHeld) -> None:
    hearing.note_stage(db, fact=event, pause="held")


def on_stage_resumed(db: Transaction, event: StageResumed) -> None:
    hearing.note_stage(db, fact=event, pause="")


def on_stage_failed_over(db: Transaction, event: StageFailedOver) -> None:
    hearing.note_stage(db, fact=event, pause="lost" if event.showing == "slate" else "")


def on_audience_counted(db: Transaction, event: AudienceCounted) -> None:
    hearing.note_stage(db, fact=event, viewers=event.viewers)


def on_planned_release(db: Transaction, payload: dict[str, Any], at: datetime) -> None:
    planning.release_as_planned(db, conference_id=UUID(payload["conference_id"]), now=at)


def on_forget_marks(db: Transaction, payload: dict[str, Any], at: datetime) -> None:
    starring.forget_in_time(
        db,
        attendee_id=UUID(payload["attendee_id"]),
        conference_id=UUID(payload["conference_id"]),
        now=at,
    )


TIMERS: Mapping[str, TimerHandler] = {
    planning.PLANNED_RELEASE: on_planned_release,
    starring.FORGET: on_forget_marks,
}
HANDLERS: Mapping[type[Event], Callable[[Transaction, Any], None]] = {
    AttendeeEntitled: on_attendee_entitled,
    AttendeeErased: on_attendee_erased,
    StageOpened: on_stage_opened,
    StageClosed: on_stage_closed,
    StageHeld: on_stage_held,
    StageResumed: on_stage_resumed,
    StageFailedOver: on_stage_failed_over,
    AudienceCounted: on_audience_counted,
}
