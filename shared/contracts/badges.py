"""Events of `badges`: a badge exists or is void, somebody is there or is not; no name and no code travels."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.base import PSEUDONYMOUS, Event


@dataclass(frozen=True, kw_only=True)
class BadgeIssued(Event):
    """The attendee has a badge. `badge_id` is the 16 hex digits inside the signed code."""

    TYPE = "plenary.badges.badge.issued.v1"
    SUBJECT = "badge_id"
    DATACLASS = PSEUDONYMOUS

    badge_id: str
    attendee_id: UUID
    conference_id: UUID


@dataclass(frozen=True, kw_only=True)
class BadgeRevoked(Event):
    """The badge is refused everywhere from now on, for ever."""

    TYPE = "plenary.badges.badge.revoked.v1"
    SUBJECT = "badge_id"
    DATACLASS = PSEUDONYMOUS

    badge_id: str
    attendee_id: UUID
    conference_id: UUID


@dataclass(frozen=True, kw_only=True)
class AttendeeCheckedIn(Event):
    """The attendee was let in on this day, at the conference's own time `at`.

    `attendance_id` is one attendee on one day; its version rises with every check-in and check-out.
    """

    TYPE = "plenary.badges.attendee.checked_in.v1"
    SUBJECT = "attendance_id"
    DATACLASS = PSEUDONYMOUS

    attendance_id: UUID
    attendee_id: UUID
    conference_id: UUID
    day_id: UUID
    at: datetime


@dataclass(frozen=True, kw_only=True)
class AttendeeCheckedOut(Event):
    """The attendee does not count as there on this day any more: they left, or the scan was undone."""

    TYPE = "plenary.badges.attendee.checked_out.v1"
    SUBJECT = "attendance_id"
    DATACLASS = PSEUDONYMOUS

    attendance_id: UUID
    attendee_id: UUID
    conference_id: UUID
    day_id: UUID
    at: datetime


EVENTS = (AttendeeCheckedIn, AttendeeCheckedOut, BadgeIssued, BadgeRevoked)
