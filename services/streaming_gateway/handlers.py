"""What streaming_gateway hears, and what falls due by time."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from services.streaming_gateway import usecases
from shared.clock import now
from shared.contracts.registration import AttendeeEntitled, AttendeeErased
from shared.contracts.sessions import ConferenceStated, SlotCancelled, SlotStated
from shared.db import Transaction
from shared.timers import TimerHandler


def on_conference_stated(db: Transaction, event: ConferenceStated) -> None:
    usecases.keep_conference(db, fact=event, now=now())


def on_slot_stated(db: Transaction, event: SlotStated) -> None:
    usecases.keep_slot(db, fact=event)


def on_slot_cancelled(db: Transaction, event: SlotCancelled) -> None:
    usecases.cancel_slot(db, fact=event)


def on_attendee_entitled(db: Transaction, event: AttendeeEntitled) -> None:
    usecases.keep_entitlement(db, fact=event)


def on_attendee_erased(db: Transaction, event: AttendeeErased) -> None:
    usecases.forget_attendee(db, fact=event)


def on_stage_turns(db: Transaction, payload: dict[str, Any], at: datetime) -> None:
    usecases.turn_due_stage(db, stage_id=UUID(payload["stage_id"]), now=at)


HANDLERS: dict[type[Any], Callable[[Transaction, Any], None]] = {
    ConferenceStated: on_conference_stated,
    SlotStated: on_slot_stated,
    SlotCancelled: on_slot_cancelled,
    AttendeeEntitled: on_attendee_entitled,
    AttendeeErased: on_attendee_erased,
}
TIMERS: dict[str, TimerHandler] = {usecases.STAGE_TURNS: on_stage_turns}
