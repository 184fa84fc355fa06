"""The statement that is a scan, for both databases."""

from collections.abc import Sequence
from functools import cache
from typing import Any, cast

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
from shared.db import OUTBOX, ringing

SCANS, OUTBOX_ROWS = cast(Table, Scan.__table__), cast(Table, Outbox.__table__)
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
REFUSED, DETAIL = bind("refused", type_=String()), bind("detail", type_=String())


@cache
def postgresql_scan() -> Select[*tuple[Any, ...]]:
    """Everything at once: decide, write, tell, ring, and answer; one row, or none when nothing was written."""
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
def sqlite_scan() -> Insert:
    """The deciding and writing part of it."""
    return _writing(sqlite.insert(SCANS)).returning(SCANS.c.reason, SCANS.c.version)


@cache
def answer_of_scan() -> Select[*tuple[Any, ...]]:
    """What is answered to the scan of this id."""
    return _answering(SCANS, DECIDED).where(SCANS.c.id == _given("id"))


@cache
def answer_to_nonce() -> Select[*tuple[Any, ...]]:
    """What a device was answered to a nonce."""
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
    """One row while the device is paired and the conference unchanged: who holds the badge, and what is answered."""
    inside = aliased(Scan, name="inside")
    # Written out, for a planner that has to see that the partial index answers it.
    let_in = text("inside.kind = 'entry' AND inside.reason = '' AND inside.undone_at IS NULL")
    same = and_(inside.attendee_id == Holder.attendee_id, inside.day_id == _given("day_id"), let_in)
    return (
        select(
            _reason(inside).label("reason"),
            _detail().label("detail"),
            Holder.attendee_id,
            inside.id.label("first_id"),
        )
        .select_from(Device)
        .join(Conference, Conference.id == Device.conference_id)
        .outerjoin(Badge, and_(Badge.badge_id == _given("badge_id"), Badge.conference_id == Conference.id))
        .outerjoin(Holder, Holder.attendee_id == Badge.attendee_id)
        .outerjoin(inside, same)
        .where(
            Device.id == _given("device_id"),
            Device.revoked_at.is_(None),
            Conference.id == _given("conference_id"),
            Conference.version == bind("conference_version", type_=Integer()),
        )
    )


def _reason(inside: type[Scan]) -> ColumnElement[str]:
    """The first reason that applies, "" where none does."""
    withdrawn = Badge.revoked_at.is_not(None)
    untimely = or_(_given("at") < Badge.not_before, _given("at") >= Badge.not_after)
    registered = sql_cast(Holder.day_ids, Text).like(bind("day_like", type_=String()))
    return case(
        (_word(door.INVALID) == REFUSED, REFUSED),
        (Badge.badge_id.is_(None), _word(door.INVALID)),
        (and_(withdrawn, Holder.erased_at.is_not(None)), _word(door.CANCELED)),
        (and_(withdrawn, Holder.state == _word("rejected")), _word(door.UNAPPROVED)),
        (and_(withdrawn, Holder.state != _word(APPROVED)), _word(door.CANCELED)),
        (withdrawn, _word(door.REVOKED)),
        (_word("") != REFUSED, REFUSED),
        (untimely, _word(door.INVALID_TIME)),
        (registered.is_(False), _word(door.PRODUCT)),
        (inside.id.is_not(None), _word(door.ALREADY_REDEEMED)),
        else_=_word(""),
    )


def _detail() -> ColumnElement[str]:
    """What is more exactly the matter, in the same order."""
    return case(
        (_word(door.INVALID) == REFUSED, DETAIL),
        (Badge.badge_id.is_(None), _word(codes.UNKNOWN_BADGE)),
        (Badge.revoked_at.is_not(None), _word("")),
        (_word("") != REFUSED, DETAIL),
        (_given("at") < Badge.not_before, _word(codes.NOT_YET)),
        (_given("at") >= Badge.not_after, _word(codes.EXPIRED)),
        else_=_word(""),
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
