"""Finding pairings and devices, and counting who is in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, func, literal, or_, select
from sqlalchemy.orm import aliased

from services.badges.models import Badge, Day, Device, Holder, Pairing, Scan
from services.badges.queries.scans import INSIDE
from services.badges.rules import APPROVED
from services.badges.rules.codes import PUBLIC
from services.badges.rules.door import DayList
from shared.db import Transaction
from shared.errors import NotFound
from shared.ids import hash_secret


@dataclass(frozen=True, kw_only=True)
class ListCount:
    """How many are in, of how many whom this list would let in."""

    inside: int
    expected: int


@dataclass(frozen=True, kw_only=True)
class ScanLine:
    """A line of the door's history; `place` is "" for what organisers did themselves."""

    scan: Scan
    name: str
    place: str


def find_pairing(db: Transaction, conference_id: UUID, secret: str, now: datetime) -> Pairing | None:
    """A usable pairing by its link's secret or its typed code in its normal form."""
    hashed = hash_secret(secret)
    return db.scalar(
        select(Pairing).where(
            Pairing.conference_id == conference_id,
            or_(Pairing.hashed == hashed, Pairing.hashed_code == hashed),
            Pairing.used_at.is_(None),
            Pairing.expires_at > now,
        )
    )


def count_open_pairings(db: Transaction, conference_id: UUID, now: datetime) -> int:
    """How many links were made and not used yet."""
    query = select(func.count()).select_from(Pairing).where(Pairing.conference_id == conference_id)
    return db.scalar(query.where(Pairing.used_at.is_(None), Pairing.expires_at > now)) or 0


def find_device_by_secret(db: Transaction, secret: str) -> Device | None:
    """Also one that was revoked."""
    return db.scalar(select(Device).where(Device.hashed == hash_secret(secret)))


def get_device(db: Transaction, conference_id: UUID, device_id: UUID) -> Device:
    """A device of this conference, revoked or not; raises NotFound."""
    device = db.get(Device, device_id)
    if device is None or device.conference_id != conference_id:
        raise NotFound
    return device


def list_devices(db: Transaction, conference_id: UUID) -> Sequence[Device]:
    """Paired ones first, then the revoked, each by name."""
    query = select(Device).where(Device.conference_id == conference_id)
    return db.scalars(query.order_by(Device.revoked_at.is_not(None), Device.name, Device.id)).all()


def list_day_lists(db: Transaction, conference_id: UUID) -> list[DayList]:
    """The check-in list of every day that takes place, in their order."""
    query = select(Day).where(Day.conference_id == conference_id, Day.withdrawn.is_(False))
    return [day_list(day) for day in db.scalars(query.order_by(Day.position, Day.id))]


def day_list(day: Day) -> DayList:
    return DayList(
        day_id=day.id,
        position=day.position,
        title=day.title,
        starts_at=day.starts_at,
        ends_at=day.ends_at,
        is_public=day.attend == PUBLIC,
    )


def list_attendee_ids(db: Transaction, conference_id: UUID) -> dict[str, UUID]:
    """Whose every badge is, by badge id; that never changes."""
    query = select(Badge.badge_id, Badge.attendee_id).where(Badge.conference_id == conference_id)
    return dict(db.execute(query).all())


def count_lists(db: Transaction, conference_id: UUID, lists: Sequence[DayList]) -> dict[UUID, ListCount]:
    """Both counts of each of these lists."""
    ids = [day.day_id for day in lists]
    query = select(Scan.day_id, func.count()).where(Scan.day_id.in_(ids), INSIDE).group_by(Scan.day_id)
    inside = dict(db.execute(query).all())
    welcome = [func.count().filter(_is_welcome(day)) for day in lists]
    valid = and_(Badge.attendee_id == Holder.attendee_id, Badge.revoked_at.is_(None))
    holders = select(*welcome, literal(0)).select_from(Holder).join(Badge, valid)
    expected = db.execute(
        holders.where(Holder.conference_id == conference_id, Holder.state == APPROVED)
    ).one()
    return {
        day.day_id: ListCount(inside=inside.get(day.day_id, 0), expected=expected[place])
        for place, day in enumerate(lists)
    }


def list_recent_scans(db: Transaction, conference_id: UUID, *, limit: int) -> list[ScanLine]:
    """The newest first."""
    device = aliased(Device)
    query = (
        select(Scan, Holder.display_name, device.name)
        .outerjoin(Holder, Holder.attendee_id == Scan.attendee_id)
        .outerjoin(device, device.id == Scan.device_id)
        .where(Scan.conference_id == conference_id)
    )
    rows = db.execute(query.order_by(Scan.id.desc()).limit(limit))
    return [ScanLine(scan=scan, name=name or "", place=place or "") for scan, name, place in rows]


def find_scan(db: Transaction, *, device_id: UUID, nonce: str) -> Scan | None:
    return db.scalar(select(Scan).where(Scan.device_id == device_id, Scan.nonce == nonce))


def lock_scan(db: Transaction, conference_id: UUID, scan_id: UUID) -> Scan:
    """A scan, held until the end of the transaction; raises NotFound."""
    query = select(Scan).where(Scan.id == scan_id, Scan.conference_id == conference_id)
    scan = db.scalar(query.with_for_update().execution_options(populate_existing=True))
    if scan is None:
        raise NotFound
    return scan


def newest_version(db: Transaction, *, attendee_id: UUID, day_id: UUID) -> int:
    """Of what was told of this attendee on this day."""
    query = select(func.max(Scan.version)).where(Scan.attendee_id == attendee_id, Scan.day_id == day_id)
    return db.scalar(query) or 0


def _is_welcome(day: DayList) -> ColumnElement[bool]:
    if day.is_public:
        return literal(True)
    return cast(Holder.day_ids, Text).like(f'%"{day.day_id}"%')
