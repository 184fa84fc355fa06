"""Releasing the draft: everything that would change, what to look at first, one button."""

from flask import request, url_for
from werkzeug.wrappers import Response

from services.sessions.pages.blueprints import blueprint
from services.sessions.pages.desk import Desk
from services.sessions.queries import released
from services.sessions.rules import naming
from services.sessions.schemas import ReleaseIn
from services.sessions.usecases import releasing
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
            form = Form(ReleaseIn, name=naming.next_release_name(history[0].name if history else None))
        page = desk.render(
            "release.html",
            form=form,
            change=comparison.change,
            concerns=comparison.warnings,
            history=history,
            labels=LABELS,
        )
    return page, status


@blueprint.post("/manage/<conference>/release")
@requires("agenda:manage")
def release(conference: str) -> Response | Page:
    form = Form(ReleaseIn, request.form)
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


LABELS = {
    "new": "new",
    "cancelled": "cancelled",
    "restored": "takes place again",
    "time": "time",
    "duration": "length",
    "room": "room",
    "stream": "livestream",
    "title": "title",
    "speakers": "speakers",
    "links": "links",
    "visibility": "who may see or enter",
    "text": "text",
    "other": "details",
}
