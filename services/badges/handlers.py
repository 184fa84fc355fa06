"""What badges hears."""

from collections.abc import Callable
from typing import Any

from services.badges import usecases
from shared.clock import now
from shared.contracts.registration import AttendeeErased, AttendeeStated
from shared.contracts.sessions import ConferenceStated, SlotCancelled, SlotStated
from shared.db import Transaction


def on_conference_stated(db: Transaction, event: ConferenceStated) -> None:
    usecases.keep_conference(db, fact=event, now=now())


def on_slot_stated(db: Transaction, event: SlotStated) -> None:
    usecases.keep_slot(db, fact=event)


def on_slot_cancelled(db: Transaction, event: SlotCancelled) -> None:
    usecases.cancel_slot(db, fact=event)


def on_attendee_stated(db: Transaction, event: AttendeeStated) -> None:
    usecases.keep_attendee(db, fact=event, now=now())


def on_attendee_erased(db: Transaction, event: AttendeeErased) -> None:
    usecases.forget_attendee(db, fact=event, now=now())


HANDLERS: dict[type[Any], Callable[[Transaction, Any], None]] = {
    ConferenceStated: on_conference_stated,
    SlotStated: on_slot_stated,
    SlotCancelled: on_slot_cancelled,
    AttendeeStated: on_attendee_stated,
    AttendeeErased: on_attendee_erased,
}
