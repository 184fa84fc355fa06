"""The attendee's badge on a screen, and the organisers' list to print from."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response, request

from services.badges import pdf, queries, rules, usecases
from services.badges.errors import NoBadge, NothingToPrint
from services.badges.models import Badge, Conference, Day, Holder, Slot
from services.badges.pages.blueprint import blueprint
from services.badges.queries import BadgeRow
from services.badges.schemas import ALL, CHOSEN, ORDERS, UNPRINTED, ListArgs, PrintIn
from shared.auth import principal, requires
from shared.clock import now
from shared.errors import Refusal
from shared.text import fold
from shared.web import Form, database, qr, render

PAGE = 100


@blueprint.get("/<conference>/me")
@requires("reg:self")
def show_badge(conference: str) -> str:
    """The own badge, ready to be scanned from a phone, and what takes place on the own days."""
    with database().read() as db:
        row = queries.get_conference(db, conference)
        own = queries.own_badge(db, row.id, UUID(_subject()))
        days = _days_to_attend(queries.list_days(db, row.id), own.holder)
        slots = queries.list_slots(db, [day.id for day in days])
        look = queries.dress(db, row)
    return render(
        "badges/me.html",
        look=look,
        conference=row,
        own=own,
        country=rules.country_name(own.holder.country) if own.holder else "",
        category=rules.category_name(own.holder.category) if own.holder else "",
        code=qr.quick_svg(own.badge.code) if own.badge else None,
        programme=[(day, _slots_of(day, slots)) for day in days],
    )


@blueprint.get("/<conference>/me.pdf")
@requires("reg:self")
def save_badge(conference: str) -> Response:
    """The own badge on paper; raises NoBadge."""
    with database().read() as db:
        row = queries.get_conference(db, conference)
        own = queries.own_badge(db, row.id, UUID(_subject()))
    if own.badge is None or own.holder is None:
        raise NoBadge
    return _pdf_response(row, [_sheet(own.holder, own.badge)], name="badge")


@blueprint.get("/manage/<conference>/")
@requires("badge:print")
def show_list(conference: str) -> str:
    """Who has a badge, what was printed, and which names the printer cannot write."""
    return _list_page(conference, Form(PrintIn, which=UNPRINTED, order=ORDERS[0]))


@blueprint.post("/manage/<conference>/print")
@requires("badge:print")
def print_badges(conference: str) -> Response | tuple[str, int]:
    """A PDF of the chosen badges, each noted as printed."""
    form = Form(PrintIn, request.form)
    try:
        wanted = form.load()
        with database().read() as db:
            row = queries.get_conference(db, conference)
            chosen = _chosen(queries.list_rows(db, row.id), wanted)
        if not chosen:
            raise NothingToPrint
        answer = _pdf_response(
            row, (_sheet(holder, badge) for holder, badge in chosen), name=f"badges-{conference}"
        )
        with database().write() as db:
            usecases.log_prints(
                db, badge_ids=[badge.badge_id for _, badge in chosen], by=_subject(), now=now()
            )
    except Refusal as refusal:
        form.refuse(refusal)
        return _list_page(conference, form), refusal.status
    return answer


def _list_page(slug: str, form: Form) -> str:
    args = ListArgs().read(request.args)
    after = (args["after_name"], args["after"]) if args["after"] else None
    with database().read() as db:
        row = queries.get_conference(db, slug)
        found = queries.list_rows(
            db, row.id, text=args["q"], state=args["state"], after=after, limit=PAGE + 1
        )
        everybody = queries.list_rows(db, row.id)
        counts = queries.count_states(db, row.id)
        look = queries.dress(db, row, managing=True)
    return render(
        "badges/list.html",
        look=look,
        conference=row,
        form=form,
        filters=Form(ListArgs, q=args["q"], state=args["state"]),
        filtered=bool(args["q"] or args["state"]),
        rows=found[:PAGE],
        more=found[PAGE - 1].holder if len(found) > PAGE else None,
        counts=counts,
        states=queries.STATES,
        orders=ORDERS,
        warnings=_warnings(everybody),
        country_name=rules.country_name,
        category_name=rules.category_name,
    )


def _chosen(rows: Sequence[BadgeRow], wanted: Mapping[str, Any]) -> list[tuple[Holder, Badge]]:
    """The valid badges that are wanted, in the wanted order."""
    ids = frozenset(wanted["badge_ids"])
    order = {
        "name": lambda row: row.holder.folded_name,
        "institution": lambda row: (fold(row.holder.institution), row.holder.folded_name),
        "country": lambda row: (rules.country_name(row.holder.country), row.holder.folded_name),
    }[wanted["order"]]
    return [
        (row.holder, row.badge)
        for row in sorted(rows, key=order)
        if row.badge is not None
        and (
            wanted["which"] == ALL
            or (wanted["which"] == CHOSEN and row.badge.badge_id in ids)
            or (wanted["which"] == UNPRINTED and row.state == queries.UNPRINTED)
        )
    ]


def _warnings(rows: Sequence[BadgeRow]) -> list[tuple[Holder, tuple[str, ...]]]:
    """Holders whose badge will have gaps, and the signs that the badge font lacks."""
    holders = [row.holder for row in rows if row.state != queries.REVOKED]
    checked = [(who, pdf.unprintable(f"{who.display_name} {who.institution}")) for who in holders]
    return [(who, signs) for who, signs in checked if signs]


def _sheet(holder: Holder, badge: Badge) -> pdf.Sheet:
    return pdf.Sheet(
        name=holder.display_name,
        institution=holder.institution,
        country=rules.country_name(holder.country),
        category=rules.category_name(holder.category),
        side=qr.SIDE,
        runs=qr.runs_of(qr.modules_of(badge.code)),
    )


def _pdf_response(conference: Conference, sheets: Iterable[pdf.Sheet], *, name: str) -> Response:
    body = pdf.badges_pdf(sheets, conference=conference.name, accent=conference.accent)
    response = Response(body, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _days_to_attend(days: Sequence[Day], holder: Holder | None) -> list[Day]:
    """The holder's own days, and those open to everybody."""
    own = {day.id for day in rules.own_days(days, holder.day_ids)} if holder else set()
    return [day for day in days if day.id in own or day.attend == "public"]


def _slots_of(day: Day, slots: Sequence[Slot]) -> list[Slot]:
    return [slot for slot in slots if slot.day_id == day.id]


def _subject() -> str:
    who = principal()
    assert who is not None  # noqa: S101 - the guard has seen to it
    return who.subject
