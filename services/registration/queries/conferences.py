"""Finding conferences, their days and slots."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, update

from services.registration.models import Conference, Day, Slot
from services.registration.rules.states import is_offered
from shared.db import Transaction
from shared.errors import NotFound
from shared.web import look
from shared.web.look import Look


def find_conference(db: Transaction, slug: str) -> Conference | None:
    return db.scalar(select(Conference).where(Conference.slug == slug))


def get_conference(db: Transaction, slug: str) -> Conference:
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


def list_conferences(db: Transaction, slugs: Collection[str] | None = None) -> list[Conference]:
    """All conferences by name, or those with one of these slugs."""
    query = select(Conference).order_by(Conference.name, Conference.slug)
    if slugs is not None:
        query = query.where(Conference.slug.in_(slugs))
    return list(db.scalars(query))


def list_days(db: Transaction, conference_id: UUID) -> list[Day]:
    """The days that still take place, in their order."""
    query = select(Day).where(Day.conference_id == conference_id, Day.withdrawn.is_(False))
    return list(db.scalars(query.order_by(Day.position, Day.starts_at)))


def list_all_days(db: Transaction, conference_id: UUID) -> list[Day]:
    """Also days that were taken out of the conference; their places are not forgotten."""
    query = select(Day).where(Day.conference_id == conference_id)
    return list(db.scalars(query.order_by(Day.position, Day.starts_at)))


def list_offered_days(db: Transaction, conference_id: UUID) -> list[Day]:
    """The days that people choose when they register."""
    return [day for day in list_days(db, conference_id) if is_offered(day)]


def list_slots_of_days(db: Transaction, conference_id: UUID, days: Collection[Day]) -> dict[UUID, list[Slot]]:
    """The listed slots of each of these days, in the order in which they begin."""
    query = select(Slot).where(
        Slot.conference_id == conference_id,
        Slot.cancelled.is_(False),
        Slot.listed.in_(("public", "registered")),
        Slot.starts_at.is_not(None),
    )
    slots: dict[UUID, list[Slot]] = {day.id: [] for day in days}
    for slot in db.scalars(query.order_by(Slot.starts_at, Slot.room)):
        day_id = slot.day_id or _day_of(slot, days)
        if day_id in slots:
            slots[day_id].append(slot)
    return slots


def look_of(db: Transaction, slug: str) -> Look | None:
    """The look of a conference the public may know of; a draft has none, or an error page would name it."""
    conference = find_conference(db, slug)
    return None if conference is None or conference.state == "draft" else dress(db, conference)


def dress(db: Transaction, conference: Conference, *, managing: bool = False) -> Look:
    """The look of any conference, for pages that may show it; `managing` leads to the organisers' pages."""
    live = any(day.attend == "public" for day in list_days(db, conference.id))
    return look.dress(conference, live=live, register=True, managing=managing)


def take_place(db: Transaction, day_id: UUID) -> bool:
    """Take one place on a day in one statement, so that nobody can come between; False when it is full."""
    free = (Day.capacity.is_(None)) | (Day.taken < Day.capacity)
    query = update(Day).where(Day.id == day_id, free).values(taken=Day.taken + 1)
    return bool(db.connection().execute(query).rowcount)


def free_place(db: Transaction, day_id: UUID) -> None:
    """Give one place back."""
    db.connection().execute(update(Day).where(Day.id == day_id, Day.taken > 0).values(taken=Day.taken - 1))


def _day_of(slot: Slot, days: Collection[Day]) -> UUID | None:
    return next(
        (day.id for day in days if slot.starts_at and day.starts_at <= slot.starts_at < day.ends_at), None
    )
