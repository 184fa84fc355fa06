"""Events of `registration`: who may come, and the keys that prove who somebody is."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.base import PERSONAL, PSEUDONYMOUS, Event


@dataclass(frozen=True, kw_only=True)
class AttendeeStated(Event):
    """The only event with personal data, for the badge. `state` is approved, rejected or cancelled."""

    TYPE = "plenary.registration.attendee.stated.v1"
    SUBJECT = "attendee_id"
    DATACLASS = PERSONAL

    attendee_id: UUID
    conference_id: UUID
    display_name: str
    institution: str
    country: str
    category: str
    day_ids: tuple[UUID, ...]
    state: str


@dataclass(frozen=True, kw_only=True)
class AttendeeEntitled(Event):
    """What an attendee may enter, without saying who it is. `state` as in AttendeeStated."""

    TYPE = "plenary.registration.attendee.entitled.v1"
    SUBJECT = "attendee_id"
    DATACLASS = PSEUDONYMOUS

    attendee_id: UUID
    conference_id: UUID
    day_ids: tuple[UUID, ...]
    state: str


@dataclass(frozen=True, kw_only=True)
class AttendeeErased(Event):
    """Everything kept about this attendee must go, and never come back by a late or replayed event."""

    TYPE = "plenary.registration.attendee.erased.v1"
    SUBJECT = "attendee_id"
    DATACLASS = PSEUDONYMOUS

    attendee_id: UUID
    conference_id: UUID


@dataclass(frozen=True, kw_only=True)
class AccessRevoked(Event):
    """Tokens of this holder that were issued before `not_before` are no longer valid."""

    TYPE = "plenary.registration.access.revoked.v1"
    SUBJECT = "holder_id"
    DATACLASS = PSEUDONYMOUS

    holder_id: UUID
    not_before: datetime


@dataclass(frozen=True, kw_only=True)
class KeyFact:
    """An Ed25519 public key as a JWK (RFC 8037): `x` is base64url without padding."""

    kid: str
    x: str


@dataclass(frozen=True, kw_only=True)
class SigningKeysStated(Event):
    """All public keys that tokens may be signed with now; a higher version replaces the set."""

    TYPE = "plenary.registration.signing_keys.stated.v1"
    SUBJECT = "issuer"

    issuer: str
    keys: tuple[KeyFact, ...]


EVENTS = (AccessRevoked, AttendeeEntitled, AttendeeErased, AttendeeStated, SigningKeysStated)
