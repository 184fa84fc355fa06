"""What registration does when others tell it something."""

from collections.abc import Callable
from typing import Any

from services.registration.usecases import arrivals, badges, conferences, noticing
from shared.contracts.badges import AttendeeCheckedIn, AttendeeCheckedOut, BadgeIssued, BadgeRevoked
from shared.contracts.base import Event
from shared.contracts.sessions import ConferenceStated, NoticeRequested, SlotCancelled, SlotStated
from shared.db import Transaction


def on_conference_stated(db: Transaction, event: ConferenceStated) -> None:
    conferences.copy_conference(db, event)


def on_slot_stated(db: Transaction, event: SlotStated) -> None:
    conferences.copy_slot(db, event)


def on_slot_cancelled(db: Transaction, event: SlotCancelled) -> None:
    conferences.cancel_slot(db, event)


def on_notice_requested(db: Transaction, event: NoticeRequested) -> None:
    noticing.send_notice(db, event)


def on_badge_issued(db: Transaction, event: BadgeIssued) -> None:
    badges.note_badge(db, event)


def on_badge_revoked(db: Transaction, event: BadgeRevoked) -> None:
    badges.note_badge(db, event)


def on_attendee_checked_in(db: Transaction, event: AttendeeCheckedIn) -> None:
    arrivals.note_arrival(db, event)


def on_attendee_checked_out(db: Transaction, event: AttendeeCheckedOut) -> None:
    arrivals.note_arrival(db, event)


HANDLERS: dict[type[Event], Callable[[Transaction, Any], None]] = {
    ConferenceStated: on_conference_stated,
    SlotStated: on_slot_stated,
    SlotCancelled: on_slot_cancelled,
    NoticeRequested: on_notice_requested,
    BadgeIssued: on_badge_issued,
    BadgeRevoked: on_badge_revoked,
    AttendeeCheckedIn: on_attendee_checked_in,
    AttendeeCheckedOut: on_attendee_checked_out,
}
