"""The one statement that is a scan, and what was answered to earlier ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Insert,
    Integer,
    Select,
    String,
    Table,
    Text,
    and_,
    case,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    text,
    true,
)
from sqlalchemy import bindparam as bind
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from services.badges.models import Badge, Conference, Device, Holder, Scan
from services.badges.rules import APPROVED, codes, door
from shared.bus.tables import Outbox
from shared.db import OUTBOX, Database, Transaction, ringing, wake

SCANS, OUTBOX_ROWS = cast(Table, Scan.__table__), cast(Table, Outbox.__table__)
INSIDE = and_(Scan.kind == "entry", Scan.reason == "", Scan.undone_at.is_(None))
VERSION = '"version":1,'  # how the version stands in an event that was written for the first time
DECIDED = ("reason", "detail")
BROUGHT = ("nonce", "day_id", "at", "received_at", "badge_id")
SHOWN = ("name", "institution", "country", "category")
GIVEN = (
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
TOLD = tuple(column.name for column in OUTBOX_ROWS.c if column.name not in ("seq", "sent_at"))


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A scan as it comes in: what the code says by itself, and the event to tell if it lets somebody in.

    `day_like` is the pattern that the days of whoever is welcome fit. The scan is written only while
    `conference_version` is the newest and the device is paired.
    """

    id: UUID
    conference_id: UUID
    conference_version: int
    day_id: UUID
    day_like: str
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


def insert_scan(database: Database, attempt: Attempt) -> Answer | None:
    """Decide a scan and write it with its event, in a transaction of its own that is one statement on PostgreSQL.

    None when nothing was written: this nonce was answered before, the same badge was let in at this very moment,
    the device is no longer paired, or the conference has changed.
    """
    values = dict(vars(attempt))
    told = values.pop("told") or {}
    if database.dialect != "sqlite":
        values |= {f"told_{name}": told.get(name) for name in TOLD}
        row = database.write_once(_postgresql_scan(), values)
        return _first_answer(attempt, row) if row is not None else None
    # SQLite has no INSERT inside WITH, and no wire that further statements would have to cross.
    with database.write() as db:
        connection = db.connection()
        made = connection.execute(_sqlite_scan(), values).one_or_none()
        if made is None:
            return None
        if made.reason == "":
            body = str(told["body"]).replace(VERSION, f'"version":{made.version},')
            connection.execute(insert(OUTBOX_ROWS), {**told, "sequence": made.version, "body": body})
            wake(db, OUTBOX)
        answered = connection.execute(_answer_of_scan(), {"id": attempt.id}).mappings().one()
    return _first_answer(attempt, answered)


def find_answer(db: Transaction, *, device_id: UUID, nonce: str) -> Answer | None:
    """What this device was answered to this nonce."""
    found = db.connection().execute(_answer_to_nonce(), {"device_id": device_id, "nonce": nonce})
    row = found.mappings().one_or_none()
    if row is None:
        return None
    return Answer(**{name: row[name] for name in (*BROUGHT, "undone_at")}, **_told_of(row))


def _first_answer(attempt: Attempt, row: Mapping[Any, Any]) -> Answer:
    return Answer(**{name: getattr(attempt, name) for name in BROUGHT}, undone_at=None, **_told_of(row))


def _told_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """What the database knew, with empty texts where nobody is known."""
    texts = {name: row[name] or "" for name in (*SHOWN, "first_place")}
    first_at = row["first_at"].astimezone(UTC) if row["first_at"] else None
    return {"reason": row["reason"], "detail": row["detail"], "first_at": first_at, **texts}


@cache
def _postgresql_scan() -> Select[*tuple[Any, ...]]:
    needed = (SCANS.c[name] for name in (*DECIDED, "attendee_id", "first_id", "version"))
    made = _writing(postgresql.insert(SCANS)).returning(*needed).cte("made")
    values: dict[str, ColumnElement[Any]] = {
        name: bind(f"told_{name}", type_=OUTBOX_ROWS.c[name].type) for name in TOLD
    }
    version = _word('"version":') + sql_cast(made.c.version, Text) + _word(",")
    values["sequence"] = made.c.version
    values["body"] = func.replace(values["body"], _word(VERSION), version)
    telling = select(*values.values()).select_from(made).where(made.c.reason == _word(""))
    told = insert(OUTBOX_ROWS).from_select(list(values), telling).cte("told")
    rung = case((made.c.reason == _word(""), ringing(OUTBOX)), else_=null()).label("rung")
    return _answering(made, DECIDED).add_columns(rung).add_cte(told)


@cache
def _sqlite_scan() -> Insert:
    return _writing(sqlite.insert(SCANS)).returning(SCANS.c.reason, SCANS.c.version)


@cache
def _answer_of_scan() -> Select[*tuple[Any, ...]]:
    return _answering(SCANS, DECIDED).where(SCANS.c.id == _given("id"))


@cache
def _answer_to_nonce() -> Select[*tuple[Any, ...]]:
    wanted = (SCANS.c.device_id == _given("device_id")) & (SCANS.c.nonce == _given("nonce"))
    return _answering(SCANS, (*DECIDED, *BROUGHT, "undone_at")).where(wanted)


def _writing(statement: Any) -> Any:
    """INSERT ... SELECT of one scan, from what is known of device, badge, holder and earlier scans."""
    verdict = _verdict().subquery("verdict")
    history = select(func.coalesce(func.max(Scan.version), _number(0)) + _number(1)).where(
        Scan.attendee_id == verdict.c.attendee_id, Scan.day_id == _given("day_id")
    )
    values: dict[str, Any] = {
        **{name: _given(name) for name in GIVEN},
        "kind": _word("entry"),
        "reason": verdict.c.reason,
        "detail": verdict.c.detail,
        "attendee_id": verdict.c.attendee_id,
        "first_id": verdict.c.first_id,
        "version": case(
            (verdict.c.reason == _word(""), history.correlate(verdict).scalar_subquery()), else_=_number(0)
        ),
    }
    query = select(*values.values()).select_from(verdict).where(true())
    return statement.from_select(list(values), query).on_conflict_do_nothing()


def _verdict() -> Select[*tuple[Any, ...]]:
    """One row while the device is paired and the conference unchanged: who holds the badge, and what is answered.

    The order of the reasons is the one in which `door.EXPLANATIONS` gives them.
    """
    inside = aliased(Scan, name="inside")
    refused, detail = bind("refused", type_=String()), bind("detail", type_=String())
    withdrawn, early, late = (
        Badge.revoked_at.is_not(None),
        _given("at") < Badge.not_before,
        _given("at") >= Badge.not_after,
    )
    registered = sql_cast(Holder.day_ids, Text).like(bind("day_like", type_=String()))
    reason = case(
        (refused == _word(door.INVALID), refused),
        (Badge.badge_id.is_(None), _word(door.INVALID)),
        (and_(withdrawn, Holder.erased_at.is_not(None)), _word(door.CANCELED)),
        (and_(withdrawn, Holder.state == _word("rejected")), _word(door.UNAPPROVED)),
        (and_(withdrawn, Holder.state != _word(APPROVED)), _word(door.CANCELED)),
        (withdrawn, _word(door.REVOKED)),
        (refused != _word(""), refused),
        (or_(early, late), _word(door.INVALID_TIME)),
        (registered.is_(False), _word(door.PRODUCT)),
        (inside.id.is_not(None), _word(door.ALREADY_REDEEMED)),
        else_=_word(""),
    )
    more = case(
        (refused == _word(door.INVALID), detail),
        (Badge.badge_id.is_(None), _word(codes.UNKNOWN_BADGE)),
        (withdrawn, _word("")),
        (refused != _word(""), detail),
        (early, _word(codes.NOT_YET)),
        (late, _word(codes.EXPIRED)),
        else_=_word(""),
    )
    # Written out, for a planner that has to see that the partial index answers it.
    let_in = text("inside.kind = 'entry' AND inside.reason = '' AND inside.undone_at IS NULL")
    return (
        select(reason.label("reason"), more.label("detail"), Holder.attendee_id, inside.id.label("first_id"))
        .select_from(Device)
        .join(Conference, Conference.id == Device.conference_id)
        .outerjoin(Badge, and_(Badge.badge_id == _given("badge_id"), Badge.conference_id == Conference.id))
        .outerjoin(Holder, Holder.attendee_id == Badge.attendee_id)
        .outerjoin(
            inside,
            and_(inside.attendee_id == Holder.attendee_id, inside.day_id == _given("day_id"), let_in),
        )
        .where(
            Device.id == _given("device_id"),
            Device.revoked_at.is_(None),
            Conference.id == _given("conference_id"),
            Conference.version == bind("conference_version", type_=Integer()),
        )
    )


def _given(name: str) -> ColumnElement[Any]:
    """What an attempt brings for this column."""
    return bind(name, type_=SCANS.c[name].type)


def _word(text_of_ours: str) -> ColumnElement[str]:
    """A constant that stands in the statement itself: short to send, and known to the planner."""
    return literal_column(f"'{text_of_ours}'", String())


def _number(number: int) -> ColumnElement[int]:
    return literal_column(str(number), Integer())


def _answering(scan: FromClause, own: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """What is answered to the scans of a table or of a WITH, beginning with these columns of their own."""
    first, place = aliased(Scan, name="first"), aliased(Device, name="place")
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
