"""The one statement that is a scan, and what was answered to earlier ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Insert,
    Row,
    Select,
    String,
    Table,
    Text,
    and_,
    case,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy import bindparam as bind
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from services.badges.models import Badge, Conference, Device, Holder, Scan
from services.badges.rules import APPROVED, codes, door
from shared.bus.tables import Outbox
from shared.db import OUTBOX, Transaction, ringing, wake

SCANS, OUTBOX_ROWS = cast(Table, Scan.__table__), cast(Table, Outbox.__table__)
INSIDE = and_(Scan.kind == "entry", Scan.reason == "", Scan.undone_at.is_(None))
VERSION = '"version":1,'  # how the version stands in an event that was written for the first time
TOLD = tuple(column.name for column in OUTBOX_ROWS.c if column.name not in ("seq", "sent_at"))


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A scan as it comes in: what the code says by itself, and the event to tell if it lets somebody in.

    The scan is written only while `conference_version` is the newest and the device is paired.
    """

    id: UUID
    conference_id: UUID
    conference_version: int
    day_id: UUID
    is_public: bool
    device_id: UUID
    nonce: str
    refused: str
    detail: str
    code: str
    badge_id: str | None
    at: datetime
    received_at: datetime
    scanned_at: datetime | None
    told: Mapping[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is answered to a scan; `reason` is "" for who was let in, `first_*` say where they had been before."""

    nonce: str
    day_id: UUID
    reason: str
    detail: str
    at: datetime
    received_at: datetime
    undone_at: datetime | None
    badge_id: str | None
    name: str
    institution: str
    country: str
    category: str
    first_at: datetime | None
    first_place: str


def insert_scan(db: Transaction, attempt: Attempt) -> Answer | None:
    """Decide a scan and write it, with its event, as one statement.

    None when nothing was written: this nonce was answered before, the same badge was let in at this very moment,
    the device is no longer paired, or the conference has changed.
    """
    values = {**vars(attempt), "day_like": f'%"{attempt.day_id}"%', "day_is_public": attempt.is_public}
    told = values.pop("told") or {}
    values.pop("is_public")
    if db.get_bind().dialect.name != "sqlite":
        given = {f"told_{name}": told.get(name) for name in TOLD}
        row = db.connection().execute(_postgresql_scan(), {**values, **given}).one_or_none()
        return _answer(row) if row is not None else None
    # SQLite has no INSERT inside WITH, and no wire that a second statement would have to cross.
    made = db.connection().execute(_sqlite_scan(), values).one_or_none()
    if made is None:
        return None
    if made.reason == "":
        body = str(told["body"]).replace(VERSION, f'"version":{made.version},')
        db.connection().execute(insert(OUTBOX_ROWS), {**told, "sequence": made.version, "body": body})
        wake(db, OUTBOX)
    return find_answer(db, device_id=attempt.device_id, nonce=attempt.nonce)


def find_answer(db: Transaction, *, device_id: UUID, nonce: str) -> Answer | None:
    """What this device was answered to this nonce."""
    query = _answering(SCANS).where(SCANS.c.device_id == device_id, SCANS.c.nonce == nonce)
    row = db.connection().execute(query).one_or_none()
    return _answer(row) if row is not None else None


def _answer(row: Row[*tuple[Any, ...]]) -> Answer:
    values = {name: value for name, value in row._mapping.items() if name != "rung"}  # noqa: SLF001 - public in Row
    texts = ("name", "institution", "country", "category", "first_place")
    return Answer(**{**values, **{name: values[name] or "" for name in texts}})


@cache
def _postgresql_scan() -> Select[*tuple[Any, ...]]:
    made = _writing(postgresql.insert(SCANS)).returning(*SCANS.c).cte("made")
    values: dict[str, ColumnElement[Any]] = {
        name: bind(f"told_{name}", type_=OUTBOX_ROWS.c[name].type) for name in TOLD
    }
    version = sql_cast(made.c.version, Text)
    values["sequence"] = made.c.version
    values["body"] = func.replace(values["body"], VERSION, literal('"version":') + version + ",")
    telling = select(*values.values()).select_from(made).where(made.c.reason == "")
    told = insert(OUTBOX_ROWS).from_select(list(values), telling).cte("told")
    rung = case((made.c.reason == "", ringing(OUTBOX)), else_=null()).label("rung")
    return _answering(made).add_columns(rung).add_cte(told)


@cache
def _sqlite_scan() -> Insert:
    return _writing(sqlite.insert(SCANS)).returning(SCANS.c.reason, SCANS.c.version)


def _writing(statement: Any) -> Any:
    """INSERT ... SELECT of one scan, from what is known of device, badge, holder and earlier scans."""
    inside = aliased(Scan, name="inside")
    reason, detail = _verdict(inside)
    values: dict[str, Any] = {
        name: bind(name, type_=SCANS.c[name].type)
        for name in (
            "id",
            "conference_id",
            "day_id",
            "device_id",
            "nonce",
            "code",
            "badge_id",
            "at",
            "received_at",
            "scanned_at",
        )
    }
    history = select(func.coalesce(func.max(Scan.version), 0) + 1).where(
        Scan.attendee_id == Holder.attendee_id, Scan.day_id == values["day_id"]
    )
    values |= {
        "kind": literal("entry"),
        "reason": reason,
        "detail": detail,
        "attendee_id": Holder.attendee_id,
        "first_id": inside.id,
        "version": case((reason == "", history.correlate(Holder).scalar_subquery()), else_=0),
    }
    known_badge = and_(Badge.badge_id == values["badge_id"], Badge.conference_id == Conference.id)
    let_in = and_(
        inside.attendee_id == Holder.attendee_id,
        inside.day_id == values["day_id"],
        inside.kind == "entry",
        inside.reason == "",
        inside.undone_at.is_(None),
    )
    paired = (
        select(*values.values()).select_from(Device).join(Conference, Conference.id == Device.conference_id)
    )
    paired = paired.outerjoin(Badge, known_badge).outerjoin(Holder, Holder.attendee_id == Badge.attendee_id)
    paired = paired.outerjoin(inside, let_in).where(
        Device.id == values["device_id"],
        Device.revoked_at.is_(None),
        Conference.id == values["conference_id"],
        Conference.version == bind("conference_version", type_=Conference.version.type),
    )
    return statement.from_select(list(values), paired).on_conflict_do_nothing()


def _verdict(inside: type[Scan]) -> tuple[ColumnElement[str], ColumnElement[str]]:
    """The reason and its detail, as SQL; the order is the one in which `door.EXPLANATIONS` are given."""
    refused, detail = bind("refused", type_=String(20)), bind("detail", type_=String(20))
    at, is_public = bind("at", type_=SCANS.c.at.type), bind("day_is_public", type_=false().type)
    withdrawn = Badge.revoked_at.is_not(None)
    early, late = at < Badge.not_before, at >= Badge.not_after
    registered = sql_cast(Holder.day_ids, Text).like(bind("day_like", type_=Text))
    reason = case(
        (refused == door.INVALID, refused),
        (Badge.badge_id.is_(None), door.INVALID),
        (and_(withdrawn, Holder.erased_at.is_not(None)), door.CANCELED),
        (and_(withdrawn, Holder.state == "rejected"), door.UNAPPROVED),
        (and_(withdrawn, Holder.state != APPROVED), door.CANCELED),
        (withdrawn, door.REVOKED),
        (refused != "", refused),
        (or_(early, late), door.INVALID_TIME),
        (and_(is_public.is_(False), registered.is_(False)), door.PRODUCT),
        (inside.id.is_not(None), door.ALREADY_REDEEMED),
        else_="",
    )
    more = case(
        (refused == door.INVALID, detail),
        (Badge.badge_id.is_(None), codes.UNKNOWN_BADGE),
        (withdrawn, ""),
        (refused != "", detail),
        (early, codes.NOT_YET),
        (late, codes.EXPIRED),
        else_="",
    )
    return reason, more


def _answering(scan: FromClause) -> Select[*tuple[Any, ...]]:
    """What is answered to the scans of a table or of a WITH."""
    first, place = aliased(Scan, name="first"), aliased(Device, name="place")
    own = ("nonce", "day_id", "reason", "detail", "at", "received_at", "undone_at", "badge_id")
    return (
        select(
            *(scan.c[name] for name in own),
            Holder.display_name.label("name"),
            Holder.institution,
            Holder.country,
            Holder.category,
            first.at.label("first_at"),
            place.name.label("first_place"),
        )
        .select_from(scan)
        .outerjoin(Holder, Holder.attendee_id == scan.c.attendee_id)
        .outerjoin(first, first.id == scan.c.first_id)
        .outerjoin(place, place.id == first.device_id)
    )
