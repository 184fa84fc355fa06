"""Conferences with their days, rooms and tracks, as they are edited."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from services.sessions.models import Conference, Day, Room, StageState, Track
from shared.db import Transaction
from shared.errors import NotFound


def find_conference(db: Transaction, slug: str) -> Conference | None:
    return db.scalar(select(Conference).where(Conference.slug == slug))


def get_conference(db: Transaction, slug: str) -> Conference:
    """Whatever its state: for organisers. Raises NotFound."""
    conference = find_conference(db, slug)
    if conference is None:
        raise NotFound
    return conference


def get_slug(db: Transaction, conference_id: UUID) -> str:
    """Raises NotFound."""
    slug = db.scalar(select(Conference.slug).where(Conference.id == conference_id))
    if slug is None:
        raise NotFound
    return slug


def get_shown_conference(db: Transaction, slug: str) -> Conference:
    """A conference the public may know of; raises NotFound for a draft as for nothing at all."""
    conference = find_conference(db, slug)
    if conference is None or conference.state == "draft":
        raise NotFound
    return conference


def lock_conference(db: Transaction, slug: str) -> Conference:
    """The conference, held against other writers until the end of the transaction. Raises NotFound."""
    conference = db.scalar(
        select(Conference)
        .where(Conference.slug == slug)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if conference is None:
        raise NotFound
    return conference


def list_shown_conferences(db: Transaction) -> Sequence[Conference]:
    """Public and cancelled conferences, newest first."""
    query = (
        select(Conference)
        .where(Conference.state != "draft")
        .order_by(Conference.created_at.desc(), Conference.id)
    )
    return db.scalars(query).all()


def list_shown_page(db: Transaction, *, after: UUID | None, limit: int) -> Sequence[Conference]:
    """Public and cancelled conferences, newest first, after the one with that id."""
    query = select(Conference).where(Conference.state != "draft").order_by(Conference.id.desc())
    return db.scalars((query.where(Conference.id < after) if after else query).limit(limit)).all()


def list_conferences(db: Transaction) -> Sequence[Conference]:
    """Drafts included, newest first."""
    return db.scalars(select(Conference).order_by(Conference.created_at.desc(), Conference.id)).all()


def has_number(db: Transaction, number: int) -> bool:
    return db.scalar(select(Conference.id).where(Conference.number == number)) is not None


def list_days(db: Transaction, conference_id: UUID) -> Sequence[Day]:
    return db.scalars(select(Day).where(Day.conference_id == conference_id).order_by(Day.position)).all()


def get_day(db: Transaction, conference_id: UUID, day_id: UUID) -> Day:
    day = db.scalar(select(Day).where(Day.conference_id == conference_id, Day.id == day_id))
    if day is None:
        raise NotFound
    return day


def list_days_by_conference(db: Transaction, conference_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[Day]]:
    """The days of several conferences in one query; empty for one without days."""
    found: dict[UUID, list[Day]] = {conference_id: [] for conference_id in conference_ids}
    for day in db.scalars(select(Day).where(Day.conference_id.in_(conference_ids)).order_by(Day.position)):
        found[day.conference_id].append(day)
    return found


def list_rooms(db: Transaction, conference_id: UUID) -> Sequence[Room]:
    return db.scalars(
        select(Room).where(Room.conference_id == conference_id).order_by(Room.position, Room.id)
    ).all()


def list_tracks(db: Transaction, conference_id: UUID) -> Sequence[Track]:
    return db.scalars(select(Track).where(Track.conference_id == conference_id).order_by(Track.name)).all()


def is_on_air(db: Transaction, conference_id: UUID) -> bool:
    """Whether any stage of the conference is open to everybody."""
    return any(stage.attend == "public" for stage in list_open_stages(db, conference_id))


def list_open_stages(db: Transaction, conference_id: UUID) -> Sequence[StageState]:
    """The stages that are open now, to whomever."""
    query = select(StageState).where(StageState.conference_id == conference_id, StageState.open)
    return db.scalars(query.order_by(StageState.stage_id)).all()
