"""Keeping what others state, issuing and revoking badges, and noting what was printed."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from services.badges import queries, rules
from services.badges.errors import BadgeRefused
from services.badges.models import Badge, Conference, Day, Holder, PrintLog, SigningKey, Slot
from shared.bus import publish
from shared.bus.generation import is_shadow
from shared.contracts.badges import BadgeIssued, BadgeRevoked
from shared.contracts.registration import AttendeeErased, AttendeeStated
from shared.contracts.sessions import ConferenceStated, DayFact, SlotCancelled, SlotStated
from shared.db import Transaction
from shared.ids import new_id
from shared.text import fold

CONFERENCE_FIELDS = (
    "slug",
    "number",
    "name",
    "zone",
    "state",
    "rehearsal",
    "clock_offset",
    "accent",
    "logo",
)
DAY_FIELDS = ("position", "title", "starts_at", "ends_at", "attend")
SLOT_FIELDS = ("conference_id", "day_id", "title", "room", "starts_at", "ends_at", "listed")
HOLDER_FIELDS = ("display_name", "institution", "country", "category", "state")
FIRST_KEY = 1


def keep_conference(db: Transaction, *, fact: ConferenceStated, now: datetime) -> None:
    """Take over the newest state of a conference; badges that waited for it are issued by it."""
    conference = db.get(Conference, fact.conference_id)
    if conference is None:
        if not queries.list_keys(db, fact.conference_id):
            db.add(_new_key(fact.conference_id, now))
        conference = Conference(id=fact.conference_id, version=0)
        db.add(conference)
    if fact.version <= conference.version:
        return
    conference.version = fact.version
    for name in CONFERENCE_FIELDS:
        setattr(conference, name, getattr(fact, name))
    _keep_days(db, conference.id, fact.days)
    db.flush()
    if not is_shadow(db):  # while holders are built anew their badges stay what they are
        settle_badges(db, conference=conference, holders=queries.list_holders(db, conference.id), now=now)


def keep_slot(db: Transaction, *, fact: SlotStated) -> None:
    """Take over the newest released state of a slot."""
    slot = _slot_older_than(db, fact)
    if slot is None:
        return
    for name in SLOT_FIELDS:
        setattr(slot, name, getattr(fact, name))
    slot.version, slot.cancelled = fact.version, False


def cancel_slot(db: Transaction, *, fact: SlotCancelled) -> None:
    """Stop showing a slot."""
    slot = _slot_older_than(db, fact)
    if slot is not None:
        slot.version, slot.conference_id, slot.cancelled = fact.version, fact.conference_id, True


def keep_attendee(db: Transaction, *, fact: AttendeeStated, now: datetime) -> None:
    """Take over the newest state of an attendee, unless they were erased; their badge follows it."""
    holder = _holder(db, fact)
    if holder.erased_at is not None or fact.version <= holder.version:
        return
    holder.version = fact.version
    for name in HOLDER_FIELDS:
        setattr(holder, name, getattr(fact, name))
    holder.day_ids = [str(day_id) for day_id in fact.day_ids]
    place = rules.country_name(fact.country)
    holder.folded_name = fold(fact.display_name)
    holder.folded = fold(f"{fact.display_name} {fact.institution} {place} {fact.category}")
    db.flush()
    if not is_shadow(db):
        settle_badges(db, conference=db.get(Conference, fact.conference_id), holders=[holder], now=now)


def forget_attendee(db: Transaction, *, fact: AttendeeErased, now: datetime) -> None:
    """Blank everything about an attendee and revoke their badge; the tombstone outlives late events."""
    holder = _holder(db, fact)
    holder.version = max(holder.version, fact.version)
    for name in (*HOLDER_FIELDS, "folded_name", "folded"):
        setattr(holder, name, "")
    holder.day_ids, holder.erased_at = [], holder.erased_at or now
    db.flush()
    badge = None if is_shadow(db) else queries.find_valid_badge(db, holder.attendee_id)
    if badge is not None:
        revoke_badge(db, badge=badge, now=now)


def settle_badges(
    db: Transaction, *, conference: Conference | None, holders: Sequence[Holder], now: datetime
) -> None:
    """Bring badges to what is known of their holders: issue, sign for moved days, or revoke."""
    if conference is None:
        return
    days = queries.list_days(db, conference.id)
    if len(holders) == 1:
        badge = queries.find_valid_badge(db, holders[0].attendee_id)
        valid = {holders[0].attendee_id: badge}
    else:
        valid = dict(queries.list_valid_badges(db, conference.id))
    for holder in holders:
        badge = valid.get(holder.attendee_id)
        window = rules.badge_window(rules.welcome_days(days, holder.day_ids))
        if holder.state != rules.APPROVED:
            if badge is not None:
                revoke_badge(db, badge=badge, now=now)
        elif window is not None and badge is None and conference.state != rules.CANCELLED:
            issue_badge(db, conference=conference, holder=holder, window=window, now=now)
        elif window is not None and badge is not None and window != (badge.not_before, badge.not_after):
            badge.not_before, badge.not_after = window
            sign_badge(db, conference=conference, badge=badge, now=now)


def issue_badge(
    db: Transaction,
    *,
    conference: Conference,
    holder: Holder,
    window: tuple[datetime, datetime],
    now: datetime,
) -> Badge:
    """Give an approved attendee a badge with an identity of its own, and tell."""
    badge = Badge(
        badge_id=secrets.token_hex(8),
        attendee_id=holder.attendee_id,
        conference_id=conference.id,
        not_before=window[0],
        not_after=window[1],
        klass=rules.PARTICIPANT,
        issued_at=now,
        version=1,
    )
    sign_badge(db, conference=conference, badge=badge, now=now)
    db.add(badge)
    db.flush()
    publish(db, _stated(BadgeIssued, badge))
    return badge


def sign_badge(db: Transaction, *, conference: Conference, badge: Badge, now: datetime) -> None:
    """Write the badge's code for its window with the conference's newest key."""
    key = queries.list_keys(db, conference.id)[-1]
    facts = rules.BadgeFacts(
        key_id=key.key_id,
        conference_number=conference.number,
        badge_id=badge.badge_id,
        not_before=badge.not_before,
        not_after=badge.not_after,
        klass=badge.klass,
    )
    private_key = cast(Ed25519PrivateKey, load_pem_private_key(key.private_pem.encode("ascii"), None))
    badge.key_id, badge.code, badge.signed_at = key.key_id, rules.sign_code(private_key, facts), now


def revoke_badge(db: Transaction, *, badge: Badge, now: datetime) -> None:
    """Refuse a badge from now on, for ever, and tell."""
    badge.revoked_at, badge.version = now, badge.version + 1
    db.flush()
    publish(db, _stated(BadgeRevoked, badge))


def verify_code(db: Transaction, *, conference: Conference, code: str, now: datetime) -> Badge:
    """The badge of a code that opens the door now; `now` is the conference's own time. Raises BadgeRefused."""
    keys = queries.public_keys(db, conference.id)
    facts = rules.read_code(code, keys=keys, conference_number=conference.number, now=now)
    badge = queries.find_badge(db, conference.id, facts.badge_id)
    if badge is None:
        raise BadgeRefused(rules.UNKNOWN_BADGE, badge_id=facts.badge_id)
    if badge.revoked_at is not None:
        raise BadgeRefused(rules.REVOKED, badge_id=facts.badge_id)
    if conference.state == rules.CANCELLED:
        raise BadgeRefused(rules.CANCELLED, badge_id=facts.badge_id)
    # A code printed before the days moved is genuine, but opens only the days its holder has now.
    if not badge.not_before <= now < badge.not_after:
        reason = rules.NOT_YET if now < badge.not_before else rules.EXPIRED
        raise BadgeRefused(reason, badge_id=facts.badge_id)
    return badge


def log_prints(db: Transaction, *, badge_ids: Sequence[str], by: str, now: datetime) -> None:
    """Note who printed which badges; printing checks nobody in."""
    before = queries.list_printed_ids(db, badge_ids)
    db.add_all(
        PrintLog(id=new_id(), badge_id=badge_id, by=by, at=now, reprint=badge_id in before)
        for badge_id in badge_ids
    )


def _new_key(conference_id: UUID, now: datetime) -> SigningKey:
    private_key = Ed25519PrivateKey.generate()
    pem = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return SigningKey(
        conference_id=conference_id,
        key_id=FIRST_KEY,
        private_pem=pem.decode("ascii"),
        public_bytes=private_key.public_key().public_bytes_raw(),
        made_at=now,
    )


def _keep_days(db: Transaction, conference_id: UUID, facts: tuple[DayFact, ...]) -> None:
    known = {day.id: day for day in queries.list_all_days(db, conference_id)}
    for fact in facts:
        day = known.pop(fact.day_id, None)
        if day is None:
            day = Day(id=fact.day_id, conference_id=conference_id)
            db.add(day)
        for name in DAY_FIELDS:
            setattr(day, name, getattr(fact, name))
        day.withdrawn = False
    for day in known.values():
        day.withdrawn = True


def _slot_older_than(db: Transaction, fact: SlotStated | SlotCancelled) -> Slot | None:
    """The row of the fact's slot, new or known; None when it holds this fact or a later one."""
    slot = db.get(Slot, fact.slot_id)
    if slot is None:
        slot = Slot(id=fact.slot_id, version=0, conference_id=fact.conference_id)
        db.add(slot)
    return slot if fact.version > slot.version else None


def _holder(db: Transaction, fact: AttendeeStated | AttendeeErased) -> Holder:
    holder = db.get(Holder, fact.attendee_id)
    if holder is None:
        holder = Holder(attendee_id=fact.attendee_id, conference_id=fact.conference_id, version=0)
        db.add(holder)
    return holder


def _stated(told: type[BadgeIssued | BadgeRevoked], badge: Badge) -> BadgeIssued | BadgeRevoked:
    return told(
        version=badge.version,
        badge_id=badge.badge_id,
        attendee_id=badge.attendee_id,
        conference_id=badge.conference_id,
    )
