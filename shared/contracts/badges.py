"""Events of `badges`: a badge exists, or is void; no name and no code travels."""

from dataclasses import dataclass
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


EVENTS = (BadgeIssued, BadgeRevoked)
