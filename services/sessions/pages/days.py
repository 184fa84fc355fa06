"""The days of a conference."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import request, url_for
from werkzeug.wrappers import Response

from services.sessions.models import Day
from services.sessions.pages.blueprints import blueprint
from services.sessions.pages.desk import AUDIENCE_OPTIONS, Desk
from services.sessions.queries import conferences
from services.sessions.rules import placing
from services.sessions.schemas import DayIn
from services.sessions.usecases import conferences as cases
from shared.auth import requires
from shared.clock import now
from shared.errors import Invalid, Refusal, Stale
from shared.web import Form, database, see_other

Page = tuple[str, int]


@blueprint.get("/manage/<conference>/days/<uuid:day_id>")
@requires("agenda:manage")
def day_form(conference: str, day_id: UUID) -> Page:
    return _show_day(conference, day_id, None)


def _show_day(slug: str, day_id: UUID, form: Form | None, refusal: Refusal | None = None) -> Page:
    with database().read() as db:
        desk = Desk(db, slug)
        day = conferences.get_day(db, desk.conference.id, day_id)
        if form is None:
            form = Form(DayIn, version=desk.conference.version, **_day_values(desk, day))
        elif isinstance(refusal, Stale):
            form.values = form.values.copy()
            form.values["version"] = str(desk.conference.version)
        page = desk.render(
            "day.html", form=form, day=day, audiences=AUDIENCE_OPTIONS, is_stale=isinstance(refusal, Stale)
        )
    return page, refusal.status if refusal else 200


def _day_values(desk: Desk, day: Day) -> dict[str, Any]:
    start: datetime = desk.local(day.starts_at)
    return {
        "title": day.title,
        "date": start.date().isoformat(),
        "starts": f"{start:%H:%M}",
        "ends": f"{desk.local(day.ends_at):%H:%M}",
        "listed": day.listed,
        "attend": day.attend,
        "stream": day.stream,
    }


@blueprint.post("/manage/<conference>/days/<uuid:day_id>")
@requires("agenda:manage")
def change_day(conference: str, day_id: UUID) -> Response | Page:
    form = Form(DayIn, request.form)
    try:
        wanted = form.load()
        with database().write() as db:
            starts_at, ends_at = _interval(wanted, conferences.get_conference(db, conference).zone)
            cases.change_day(
                db, slug=conference, day_id=day_id, starts_at=starts_at, ends_at=ends_at, **wanted, now=now()
            )
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _show_day(conference, day_id, form, refusal)
    return see_other(url_for(".settings_form", conference=conference, done="saved"))


def _interval(wanted: dict[str, Any], zone: str) -> tuple[datetime, datetime]:
    """Takes date, starts and ends out of the form's data; an end before the start is on the next morning."""
    on, starts, ends = (wanted.pop(name) for name in ("date", "starts", "ends"))
    until = on if ends > starts else on + timedelta(days=1)
    moments = []
    for name, day, clock in (("starts", on, starts), ("ends", until, ends)):
        try:
            moments.append(placing.resolve_start(day=day, at=clock, offset="", zone=zone))
        except Invalid as refusal:
            raise Invalid(fields={name: refusal.fields.get("time", [refusal.detail])}) from refusal
    return moments[0], moments[1]
