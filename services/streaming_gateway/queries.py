"""Every SELECT of streaming_gateway."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from services.streaming_gateway import rules
from services.streaming_gateway.media.addresses import audience_of, playlist_path
from services.streaming_gateway.models import Conference, Day, Entitlement, Slot, Stage
from shared.db import Transaction
from shared.errors import NotFound
from shared.web import look
from shared.web.look import Look


def find_conference(db: Transaction, slug: str) -> Conference | None:
    return db.scalar(select(Conference).where(Conference.slug == slug))


def get_conference(db: Transaction, slug: str) -> Conference:
    """Any conference, for its organisers; raises NotFound."""
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


def get_day(db: Transaction, day_id: UUID) -> Day:
    """A day that a stage belongs to; raises NotFound."""
    day = db.get(Day, day_id)
    if day is None:
        raise NotFound
    return day


def list_stages(db: Transaction, conference_id: UUID) -> Sequence[Stage]:
    return db.scalars(select(Stage).where(Stage.conference_id == conference_id).order_by(Stage.id)).all()


def get_stage(db: Transaction, conference_id: UUID, stage_id: UUID) -> Stage:
    """A stage of this conference; raises NotFound."""
    stage = db.get(Stage, stage_id)
    if stage is None or stage.conference_id != conference_id:
        raise NotFound
    return stage


def list_public_slots(db: Transaction, day_ids: Sequence[UUID]) -> Sequence[Slot]:
    """What takes place on these days and everybody may know of, by start."""
    query = select(Slot).where(Slot.day_id.in_(day_ids), Slot.cancelled.is_(False), Slot.listed == "public")
    return db.scalars(query.order_by(Slot.starts_at, Slot.id)).all()


def live_view(
    db: Transaction,
    conference: Conference,
    *,
    now: datetime,
    secret: str,
    own_days: AbstractSet[UUID] = frozenset(),
) -> rules.LiveView:
    """What somebody with these days sees now (a real instant); `secret` signs links to closed stages."""
    days, stages = list_days(db, conference.id), list_stages(db, conference.id)
    slots = list_public_slots(db, [day.id for day in days])
    at = now + timedelta(seconds=conference.clock_offset)
    view = rules.live_view(conference, days, stages, slots, at, own_days)
    if view.page != rules.ON_STAGE or view.day is None or view.stage is None:
        return view
    return replace(view, playlist=stage_playlist(view.stage, view.day, now=now, secret=secret))


def stage_playlist(stage: Stage, day: Day, *, now: datetime, secret: str) -> str:
    """Where whoever may attend the day watches its stage, for ten minutes from now; empty unless it is open."""
    if stage.state != rules.OPEN:
        return ""
    audience = audience_of(day.id, attend=day.attend)
    return playlist_path(audience, stage.id, secret=secret, now=now.timestamp())


def list_own_days(db: Transaction, conference_id: UUID, attendee_id: UUID) -> frozenset[UUID]:
    """The days that an attendee may watch; none for somebody not heard of, turned away or erased."""
    held = db.get(Entitlement, attendee_id)
    if held is None or held.conference_id != conference_id or held.erased or held.state != "approved":
        return frozenset()
    return frozenset(UUID(day_id) for day_id in held.day_ids)


def list_open_stages(db: Transaction) -> Sequence[tuple[Stage, Day]]:
    """The stages of all conferences that are on air, each with its day."""
    query = select(Stage, Day).join(Day, Day.id == Stage.day_id).where(Stage.state == rules.OPEN)
    return [(stage, day) for stage, day in db.execute(query.order_by(Stage.id))]


def look_of(db: Transaction, slug: str) -> Look | None:
    """The look of a conference the public may know of; a draft has none, or an error page would name it."""
    conference = find_conference(db, slug)
    return None if conference is None or conference.state == "draft" else dress(db, conference)


def dress(db: Transaction, conference: Conference, *, managing: bool = False) -> Look:
    """The look of any conference, for pages that may show it; `managing` leads to the organisers' pages."""
    register = any(day.attend == "registered" for day in list_days(db, conference.id))
    return look.dress(conference, live=True, register=register, managing=managing)
