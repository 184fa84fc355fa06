"""Finding conferences, holders, badges, keys and prints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVarTuple
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, tuple_

from services.badges import rules
from services.badges.models import Badge, Conference, Day, Holder, PrintLog, SigningKey, Slot
from shared.db import Transaction
from shared.errors import NotFound
from shared.text import like_pattern
from shared.web import look
from shared.web.look import Look

Columns = TypeVarTuple("Columns")
PREPARING, UNPRINTED, PRINTED, REVOKED = "preparing", "unprinted", "printed", "revoked"
VALID = "valid"
STATES = (PREPARING, UNPRINTED, PRINTED, REVOKED)


@dataclass(frozen=True, kw_only=True)
class BadgeRow:
    """A holder with their valid badge, if any. `state` is preparing, unprinted, printed or revoked."""

    holder: Holder
    badge: Badge | None
    state: str
    printed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class OwnBadge:
    """What an attendee has: `state` is valid, preparing or revoked."""

    state: str
    holder: Holder | None
    badge: Badge | None


def find_conference(db: Transaction, slug: str) -> Conference | None:
    return db.scalar(select(Conference).where(Conference.slug == slug))


def get_conference(db: Transaction, slug: str) -> Conference:
    """Any conference, for its organisers and holders; raises NotFound."""
    conference = find_conference(db, slug)
    if conference is None:
        raise NotFound
    return conference


def get_announced_conference(db: Transaction, slug: str) -> Conference:
    """A conference that the public may know of: drafts look as if they were not there."""
    conference = get_conference(db, slug)
    if conference.state == "draft":
        raise NotFound
    return conference


def list_days(db: Transaction, conference_id: UUID) -> Sequence[Day]:
    """The days that still take place, in their order."""
    query = select(Day).where(Day.conference_id == conference_id, Day.withdrawn.is_(False))
    return db.scalars(query.order_by(Day.position, Day.id)).all()


def list_all_days(db: Transaction, conference_id: UUID) -> Sequence[Day]:
    """Also the days that were taken out of the conference."""
    return db.scalars(select(Day).where(Day.conference_id == conference_id)).all()


def list_slots(db: Transaction, day_ids: Sequence[UUID]) -> Sequence[Slot]:
    """What takes place on these days and their attendees may know of, by start."""
    query = select(Slot).where(
        Slot.day_id.in_(day_ids), Slot.cancelled.is_(False), Slot.listed.in_(("public", "registered"))
    )
    return db.scalars(query.order_by(Slot.starts_at, Slot.room, Slot.id)).all()


def list_keys(db: Transaction, conference_id: UUID) -> Sequence[SigningKey]:
    query = select(SigningKey).where(SigningKey.conference_id == conference_id)
    return db.scalars(query.order_by(SigningKey.key_id)).all()


def public_keys(db: Transaction, conference_id: UUID) -> dict[int, Ed25519PublicKey]:
    """What the codes of this conference are checked with, by key id."""
    return {
        key.key_id: Ed25519PublicKey.from_public_bytes(key.public_bytes)
        for key in list_keys(db, conference_id)
    }


def find_holder(db: Transaction, conference_id: UUID, attendee_id: UUID) -> Holder | None:
    holder = db.get(Holder, attendee_id)
    return holder if holder is not None and holder.conference_id == conference_id else None


def list_holders(db: Transaction, conference_id: UUID) -> Sequence[Holder]:
    return db.scalars(select(Holder).where(Holder.conference_id == conference_id)).all()


def find_valid_badge(db: Transaction, attendee_id: UUID) -> Badge | None:
    return db.scalar(select(Badge).where(Badge.attendee_id == attendee_id, Badge.revoked_at.is_(None)))


def list_valid_badges(db: Transaction, conference_id: UUID) -> dict[UUID, Badge]:
    """Every badge that opens a door, by attendee."""
    query = select(Badge).where(Badge.conference_id == conference_id, Badge.revoked_at.is_(None))
    return {badge.attendee_id: badge for badge in db.scalars(query)}


def own_badge(db: Transaction, conference_id: UUID, attendee_id: UUID) -> OwnBadge:
    """The badge of an attendee; somebody this service has not heard of yet is being prepared."""
    holder = find_holder(db, conference_id, attendee_id)
    badge = find_valid_badge(db, attendee_id) if holder is not None else None
    if badge is not None:
        return OwnBadge(state=VALID, holder=holder, badge=badge)
    waits = holder is None or (holder.erased_at is None and holder.state == rules.APPROVED)
    return OwnBadge(state=PREPARING if waits else REVOKED, holder=holder, badge=None)


def find_badge(db: Transaction, conference_id: UUID, badge_id: str) -> Badge | None:
    badge = db.get(Badge, badge_id)
    return badge if badge is not None and badge.conference_id == conference_id else None


def list_badges(
    db: Transaction, conference_id: UUID, *, after: str | None, limit: int
) -> list[tuple[Badge, Holder]]:
    """Valid and revoked badges with their holders, by badge id."""
    query = (
        select(Badge, Holder)
        .join(Holder, Holder.attendee_id == Badge.attendee_id)
        .where(Badge.conference_id == conference_id)
    )
    if after is not None:
        query = query.where(Badge.badge_id > after)
    rows = db.execute(query.order_by(Badge.badge_id).limit(limit)).all()
    return [(badge, holder) for badge, holder in rows]


def list_rows(
    db: Transaction,
    conference_id: UUID,
    *,
    text: str = "",
    state: str = "",
    after: tuple[str, UUID] | None = None,
    limit: int | None = None,
) -> list[BadgeRow]:
    """Holders by folded name, then id; `after` is both of the last one seen."""
    where, shown_state, printed_at = _listing(conference_id)
    query = select(Holder, Badge, shown_state, printed_at).where(*where)
    if text:
        query = query.where(Holder.folded.like(like_pattern(text), escape="\\"))
    if state:
        query = query.where(shown_state == state)
    if after is not None:
        query = query.where(tuple_(Holder.folded_name, Holder.attendee_id) > tuple_(*after))
    query = _joined(query).order_by(Holder.folded_name, Holder.attendee_id).limit(limit)
    return [
        BadgeRow(holder=holder, badge=badge, state=shown, printed_at=printed)
        for holder, badge, shown, printed in db.execute(query)
    ]


def count_states(db: Transaction, conference_id: UUID) -> dict[str, int]:
    """How many holders are in each state; every state is there."""
    where, shown_state, _ = _listing(conference_id)
    query = _joined(select(shown_state, func.count()).select_from(Holder).where(*where))
    counts = dict.fromkeys(STATES, 0)
    for shown, number in db.execute(query.group_by(shown_state)):
        counts[shown] = number
    return counts


def list_printed_ids(db: Transaction, badge_ids: Sequence[str]) -> set[str]:
    """Which of these badges were printed before, in any window."""
    return set(db.scalars(select(PrintLog.badge_id).where(PrintLog.badge_id.in_(badge_ids))))


def look_of(db: Transaction, slug: str) -> Look | None:
    """The look of a conference the public may know of; a draft has none, or an error page would name it."""
    conference = find_conference(db, slug)
    return None if conference is None or conference.state == "draft" else dress(db, conference)


def dress(db: Transaction, conference: Conference, *, managing: bool = False) -> Look:
    """The look of any conference, for pages that may show it; `managing` leads to the organisers' pages."""
    attend = set(db.scalars(select(Day.attend).where(Day.conference_id == conference.id)))
    return look.dress(conference, live="public" in attend, register="registered" in attend, managing=managing)


_PRINTS = (
    select(PrintLog.badge_id, func.max(PrintLog.at).label("printed_at"))
    .group_by(PrintLog.badge_id)
    .subquery("prints")
)


def _joined(query: Select[*Columns]) -> Select[*Columns]:
    """With each holder's valid badge and its last print."""
    valid = and_(Badge.attendee_id == Holder.attendee_id, Badge.revoked_at.is_(None))
    return query.outerjoin(Badge, valid).outerjoin(_PRINTS, _PRINTS.c.badge_id == Badge.badge_id)


def _listing(
    conference_id: UUID,
) -> tuple[list[ColumnElement[bool]], ColumnElement[str], ColumnElement[datetime | None]]:
    """Who is listed, what state they show, and when they were printed.

    Somebody who was turned down without ever having had a badge is no concern of this service.
    """
    printed_at = _PRINTS.c.printed_at
    had_one = select(literal(1)).where(Badge.attendee_id == Holder.attendee_id).correlate(Holder).exists()
    where = [
        Holder.conference_id == conference_id,
        Holder.erased_at.is_(None),
        or_(Holder.state == rules.APPROVED, had_one),
    ]
    state = case(
        (and_(Badge.badge_id.is_(None), Holder.state == rules.APPROVED), PREPARING),
        (Badge.badge_id.is_(None), REVOKED),
        (printed_at >= Badge.signed_at, PRINTED),
        else_=UNPRINTED,
    )
    return where, state, printed_at
