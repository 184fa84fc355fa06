"""Releasing the draft, now or at a set time: everything that would change, what to look at first, one button."""

from flask import request, url_for
from werkzeug.wrappers import Response

from services.sessions.pages.blueprints import blueprint
from services.sessions.pages.desk import Desk
from services.sessions.queries import conferences, released, versions
from services.sessions.rules import naming, placing
from services.sessions.rules.wording import CHANGES, change_label
from services.sessions.schemas import PlanReleaseIn, ReleaseFormIn
from services.sessions.usecases import notifying, planning, releasing
from shared.auth import requires
from shared.clock import now
from shared.errors import Refusal
from shared.web import Form, database, see_other

Page = tuple[str, int]


@blueprint.get("/manage/<conference>/release")
@requires("agenda:manage")
def release_form(conference: str) -> Page:
    return _show(conference, None)


def _show(slug: str, form: Form | None, status: int = 200) -> Page:
    with database().read() as db:
        desk = Desk(db, slug)
        comparison = releasing.compare_draft(db, desk.conference)
        history = released.list_releases(db, desk.conference.id)
        if form is None:
            form = Form(
                ReleaseFormIn,
                name=naming.next_release_name(history[0].name if history else None),
                notify="true",
            )
        page = desk.render(
            "release.html",
            form=form,
            change=comparison.change,
            people=comparison.people(),
            concerns=comparison.warnings,
            recipients=notifying.recipients_of(db, desk.conference, comparison.change),
            history=history,
            planned=versions.find_planned_release(db, desk.conference.id),
            labels=CHANGES,
            change_label=change_label,
        )
    return page, status


@blueprint.post("/manage/<conference>/release")
@requires("agenda:manage")
def release(conference: str) -> Response | Page:
    form = Form(ReleaseFormIn, request.form)
    try:
        wanted = form.load()
        with database().write() as db:
            releasing.release_programme(db, slug=conference, **wanted, now=now())
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _show(conference, form, refusal.status)
    return see_other(url_for(".release_form", conference=conference, done="released"))


@blueprint.post("/manage/<conference>/release/plan")
@requires("agenda:manage")
def plan_release(conference: str) -> Response | Page:
    """Have the draft released at a time, whatever it says then."""
    form = Form(PlanReleaseIn, request.form)
    try:
        wanted = form.load()
        with database().write() as db:
            zone = conferences.get_conference(db, conference).zone
            at = placing.resolve_moment(wanted.pop("at"), zone, field="at")
            planning.plan_release(db, slug=conference, at=at, **wanted, now=now())
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _show(conference, form, refusal.status)
    return see_other(url_for(".release_form", conference=conference, done="planned"))


@blueprint.post("/manage/<conference>/release/call-off")
@requires("agenda:manage")
def call_off_release(conference: str) -> Response:
    with database().write() as db:
        planning.call_off(db, slug=conference)
    return see_other(url_for(".release_form", conference=conference, done="called_off"))
