"""The organisers' list of registrations: filter, decide singly or in bulk, look at one, export."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from services.registration.models import Attendee, Conference
from services.registration.pages.blueprint import blueprint
from services.registration.pages.visitors import actor, site
from services.registration.queries import attendees, conferences
from services.registration.queries.attendees import AttendeeFilter
from services.registration.rules.cells import neutral_cell
from services.registration.rules.countries import country_name
from services.registration.rules.states import CATEGORIES, CONSENTS, PENDING, STATES, is_active, places_left
from services.registration.schemas import (
    BulkDecisionIn,
    CategoryIn,
    DecisionIn,
    ReasonIn,
    RegistrationArgs,
)
from services.registration.usecases.deciding import (
    BulkOutcome,
    change_category,
    decide_in_bulk,
    decide_registration,
)
from services.registration.usecases.leaving import cancel_registration
from shared.auth import requires
from shared.clock import now, to_local
from shared.db import Transaction
from shared.errors import Refusal
from shared.web import Form, database, render, see_other

PAGE = 100
_COLUMNS = (
    "name",
    "address",
    "institution",
    "country",
    "category",
    "state",
    "days",
    "registered",
    "decided",
    "decided by",
    "reason",
    "badge",
    "photo consent",
    "arrived",
)


@blueprint.get("/manage/<conference>/")
@requires("reg:manage")
def people(conference: str) -> Any:
    return _show_list(conference, Form(BulkDecisionIn))


@blueprint.post("/manage/<conference>/")
@requires("reg:manage")
def decide_many(conference: str) -> Any:
    """Decide all that are ticked."""
    form = Form(BulkDecisionIn, request.form)
    try:
        data = form.load()
        with database().write() as db:
            found = conferences.get_conference(db, conference)
            outcome = decide_in_bulk(db, conference=found, **data, actor=actor(db), site=site(), now=now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _show_list(conference, form), refusal.status
    return _show_list(conference, Form(BulkDecisionIn), outcome)


@blueprint.get("/manage/<conference>/export.csv")
@requires("reg:manage")
def export_people(conference: str) -> Any:
    """The people of the same filter, for a spreadsheet."""
    args = _arguments()
    with database().read() as db:
        found = conferences.get_conference(db, conference)
        rows = attendees.list_attendees(db, found.id, _filter(args), limit=1_000_000)
        lines = list(_lines(db, found, rows))
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_COLUMNS, *([neutral_cell(cell) for cell in line] for line in lines)])
    # The byte-order mark is what makes Excel read the file as UTF-8.
    response = Response("\ufeff" + text.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{conference}-registrations.csv"'
    return response


@blueprint.get("/manage/<conference>/people/<uuid:attendee_id>")
@requires("reg:manage")
def person(conference: str, attendee_id: UUID) -> Any:
    return _show_person(conference, attendee_id, Form(DecisionIn))


@blueprint.post("/manage/<conference>/people/<uuid:attendee_id>")
@requires("reg:manage")
def decide(conference: str, attendee_id: UUID) -> Any:
    form = Form(DecisionIn, request.form)
    try:
        data = form.load()
        with database().write() as db:
            found = conferences.get_conference(db, conference)
            who = actor(db)
            decide_registration(
                db, conference=found, attendee_id=attendee_id, **data, actor=who, site=site(), now=now()
            )
    except Refusal as refusal:
        form.refuse(refusal)
        return _show_person(conference, attendee_id, form), refusal.status
    return _to_person(conference, attendee_id)


@blueprint.post("/manage/<conference>/people/<uuid:attendee_id>/cancel")
@requires("reg:manage")
def cancel_person(conference: str, attendee_id: UUID) -> Any:
    form = Form(ReasonIn, request.form)
    try:
        reason = form.load()["reason"]
        with database().write() as db:
            found = conferences.get_conference(db, conference)
            attendee = attendees.get_attendee(db, found.id, attendee_id)
            cancel_registration(
                db,
                conference=found,
                attendee=attendee,
                reason=reason,
                actor=actor(db),
                site=site(),
                now=now(),
            )
    except Refusal as refusal:
        form.refuse(refusal)
        return _show_person(conference, attendee_id, form), refusal.status
    return _to_person(conference, attendee_id)


@blueprint.post("/manage/<conference>/people/<uuid:attendee_id>/category")
@requires("reg:manage")
def set_category(conference: str, attendee_id: UUID) -> Any:
    form = Form(CategoryIn, request.form)
    try:
        category = form.load()["category"]
        with database().write() as db:
            found = conferences.get_conference(db, conference)
            change_category(
                db, conference=found, attendee_id=attendee_id, category=category, actor=actor(db), now=now()
            )
    except Refusal as refusal:
        form.refuse(refusal)
        return _show_person(conference, attendee_id, form), refusal.status
    return _to_person(conference, attendee_id)


def _to_person(conference: str, attendee_id: UUID) -> Any:
    return see_other(url_for("registration.person", conference=conference, attendee_id=attendee_id))


def _arguments() -> dict[str, Any]:
    given = {
        name: value for name, value in request.args.items() if value and name in RegistrationArgs().fields
    }
    return RegistrationArgs().read(given)


def _filter(args: dict[str, Any]) -> AttendeeFilter:
    return AttendeeFilter(
        state=args["state"],
        country=args["country"],
        day_id=args["day"],
        text=args["q"],
        arrived=args["arrived"],
    )


def _show_list(conference: str, form: Form, outcome: BulkOutcome | None = None) -> str:
    args = _arguments()
    with database().read() as db:
        found = conferences.get_conference(db, conference)
        wanted = _filter(args)
        rows = attendees.list_attendees(db, found.id, wanted, limit=PAGE + 1, after=args["after"])
        days = conferences.list_offered_days(db, found.id)
        shown = rows[:PAGE]
        countries = attendees.list_countries_of_attendees(db, found.id)
        return render(
            "registration/people.html",
            look=conferences.dress(db, found, managing=True),
            conference=found,
            form=form,
            filters=Form(RegistrationArgs, request.args.copy()),
            query={name: value for name, value in request.args.items() if value and name != "after"},
            rows=shown,
            next_after=shown[-1].id if len(rows) > PAGE else None,
            matching=attendees.count_attendees(db, found.id, wanted),
            counts=attendees.count_by_state(db, found.id),
            days=[{"day": day, "left": places_left(day)} for day in days],
            every_day=conferences.list_days(db, found.id),
            arrived=attendees.count_arrived(db, found.id),
            states=STATES,
            countries=[(code, country_name(code)) for code in countries],
            country_name=country_name,
            pending=PENDING,
            outcome=outcome,
        )


def _show_person(conference: str, attendee_id: UUID, form: Form) -> str:
    with database().read() as db:
        found = conferences.get_conference(db, conference)
        attendee = attendees.get_attendee(db, found.id, attendee_id)
        days = conferences.list_all_days(db, found.id)
        given = {consent.kind: consent for consent in attendees.list_consents(db, attendee.id)}
        return render(
            "registration/person.html",
            look=conferences.dress(db, found, managing=True),
            conference=found,
            attendee=attendee,
            form=form,
            category_form=Form(CategoryIn, category=attendee.category),
            categories=CATEGORIES,
            country=country_name(attendee.country),
            days=[day for day in days if day.id in attendee.day_ids],
            titles={day.id: day.title for day in days},
            consents=[(text, given.get(text.kind)) for text in CONSENTS],
            decisions=attendees.list_decisions(db, attendee.id),
            mails=attendees.list_mails_of_attendee(db, attendee.id),
            active=is_active(attendee),
            pending=attendee.state == PENDING,
        )


def _lines(db: Transaction, conference: Conference, rows: Sequence[Attendee]) -> Iterator[list[str]]:
    days = conferences.list_all_days(db, conference.id)
    photos = attendees.list_photo_consents(db, conference.id)
    for row in rows:
        registered = to_local(row.created_at, conference.zone)
        decided = to_local(row.decided_at, conference.zone) if row.decided_at else None
        yield [
            row.name,
            row.address,
            row.institution_name,
            row.country,
            row.category,
            row.state,
            "; ".join(day.title for day in days if day.id in row.day_ids),
            f"{registered:%Y-%m-%d %H:%M %Z}",
            f"{decided:%Y-%m-%d %H:%M %Z}" if decided else "",
            row.decided_by,
            row.reason,
            row.badge_state,
            "yes" if row.id in photos else "no",
            "; ".join(day.title for day in days if day.id in row.arrived_day_ids),
        ]
