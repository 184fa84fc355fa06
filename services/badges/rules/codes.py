"""The signed code of a badge: what is in it, when it is valid, and why it may be refused."""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import base45
from babel import Locale
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.badges.errors import BadgeRefused
from services.badges.models import Day

PREFIX = "PL1:"
DOMAIN = b"plenary-badge-v1\0"
LAYOUT = struct.Struct(">BBIQIIB")  # version, key, conference, badge, not before, not after, class
SIGNATURE_BYTES = 64
CODE_BYTES = LAYOUT.size + SIGNATURE_BYTES
CODE_LENGTH = len(PREFIX) + CODE_BYTES // 2 * 3 + 2
VERSION = 1
PARTICIPANT = 1
MARGIN = timedelta(hours=12)
MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PublicKeys = Mapping[int, Ed25519PublicKey]

INVALID, UNKNOWN_KEY, OTHER_CONFERENCE = "invalid", "unknown_key", "other_conference"
BAD_SIGNATURE, NOT_YET, EXPIRED = "bad_signature", "not_yet", "expired"
UNKNOWN_BADGE, REVOKED, CANCELLED = "unknown_badge", "revoked", "cancelled"
REASONS = (
    INVALID,
    UNKNOWN_KEY,
    OTHER_CONFERENCE,
    BAD_SIGNATURE,
    NOT_YET,
    EXPIRED,
    UNKNOWN_BADGE,
    REVOKED,
    CANCELLED,
)

APPROVED = "approved"
PUBLIC = "public"
CATEGORIES = {
    "participant": "Participant",
    "speaker": "Speaker",
    "jury": "Jury",
    "staff": "Staff",
    "press": "Press",
}


@dataclass(frozen=True, kw_only=True)
class BadgeFacts:
    """What a code says: `badge_id` is 16 hex digits; the instants are whole minutes in UTC."""

    key_id: int
    conference_number: int
    badge_id: str
    not_before: datetime
    not_after: datetime
    klass: int = PARTICIPANT


def sign_code(private_key: Ed25519PrivateKey, facts: BadgeFacts) -> str:
    """The text of the QR code: `PL1:` and base45 (RFC 9285) of the 23 bytes with their Ed25519 signature."""
    body = LAYOUT.pack(
        VERSION,
        facts.key_id,
        facts.conference_number,
        int(facts.badge_id, 16),
        _minutes(facts.not_before),
        _minutes(facts.not_after),
        facts.klass,
    )
    digits = base45.b45encode(body + private_key.sign(DOMAIN + body))
    return PREFIX + str(digits, "ascii")


def read_code(text: str, *, keys: PublicKeys, conference_number: int, now: datetime) -> BadgeFacts:
    """What a genuine code says that is valid now at this conference; `now` is the conference's own time.

    Raises BadgeRefused with the first reason that applies: invalid (no code of this form),
    other_conference, unknown_key, bad_signature, not_yet or expired. It knows of no revocation.
    """
    facts = genuine_facts(text, keys=keys, conference_number=conference_number)
    untimely = why_untimely(facts.not_before, facts.not_after, now)
    if untimely:
        raise BadgeRefused(untimely)
    return facts


def genuine_facts(text: str, *, keys: PublicKeys, conference_number: int) -> BadgeFacts:
    """What a genuine code of this conference says, at whatever time. Raises BadgeRefused."""
    raw = _raw_bytes(text)
    body, signature = raw[: LAYOUT.size], raw[LAYOUT.size :]
    version, key_id, number, badge, not_before, not_after, klass = LAYOUT.unpack(body)
    if version != VERSION:
        raise BadgeRefused(INVALID)
    if number != conference_number:
        raise BadgeRefused(OTHER_CONFERENCE)
    if key_id not in keys:
        raise BadgeRefused(UNKNOWN_KEY)
    try:
        keys[key_id].verify(signature, DOMAIN + body)
    except InvalidSignature:
        raise BadgeRefused(BAD_SIGNATURE) from None
    return BadgeFacts(
        key_id=key_id,
        conference_number=number,
        badge_id=f"{badge:016x}",
        not_before=EPOCH + not_before * MINUTE,
        not_after=EPOCH + not_after * MINUTE,
        klass=klass,
    )


def why_untimely(not_before: datetime, not_after: datetime, now: datetime) -> str:
    """not_yet, expired, or nothing while it is time; the end is outside."""
    if now < not_before:
        return NOT_YET
    return EXPIRED if now >= not_after else ""


def own_days(days: Iterable[Day], day_ids: Iterable[str]) -> list[Day]:
    """The days of a holder that take place, in the order given."""
    wanted = set(day_ids)
    return [day for day in days if str(day.id) in wanted and not day.withdrawn]


def welcome_days(days: Iterable[Day], day_ids: Iterable[str]) -> list[Day]:
    """The holder's own days and, for who has any, those that are open to everybody."""
    every = list(days)
    own = own_days(every, day_ids)
    return [day for day in every if day in own or (own and day.attend == PUBLIC and not day.withdrawn)]


def badge_window(days: Iterable[Day]) -> tuple[datetime, datetime] | None:
    """From 12 h before the first of these days to 12 h after the last, in whole minutes; None without a day."""
    held = list(days)
    if not held:
        return None
    opens_at = min(day.starts_at for day in held) - MARGIN
    closes_at = max(day.ends_at for day in held) + MARGIN
    return EPOCH + _minutes(opens_at) * MINUTE, EPOCH - (EPOCH - closes_at) // MINUTE * MINUTE


@lru_cache(maxsize=1024)
def country_name(code: str) -> str:
    """The English name of an ISO 3166-1 alpha-2 code; anything else is shown as it came."""
    return str(Locale("en").territories.get(code, code))


def category_name(category: str) -> str:
    """How a category reads on a badge."""
    return CATEGORIES.get(category, category.replace("_", " ").capitalize())


def _minutes(instant: datetime) -> int:
    """Whole Unix minutes, rounded down."""
    return (instant - EPOCH) // MINUTE


def _raw_bytes(text: str) -> bytes:
    """The bytes of a code, if it is the one way to write them; raises BadgeRefused."""
    if len(text) != CODE_LENGTH or not text.startswith(PREFIX):
        raise BadgeRefused(INVALID)
    digits = text.removeprefix(PREFIX)
    try:
        raw = bytes(base45.b45decode(digits))
    except (ValueError, OverflowError):
        raise BadgeRefused(INVALID) from None
    # It overlooks line ends, and nothing else; of text of this length they would leave fewer bytes.
    if len(raw) != CODE_BYTES:
        raise BadgeRefused(INVALID)
    return raw
