"""The rules that the draft is held against."""

from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from services.sessions.pages.blueprints import blueprint
from services.sessions.pages.desk import Desk
from services.sessions.rules import concerns
from services.sessions.schemas import RulesIn
from services.sessions.usecases import checking
from shared.auth import requires
from shared.errors import Refusal, Stale
from shared.web import Form, database, see_other

Page = tuple[str, int]


@blueprint.get("/manage/<conference>/rules")
@requires("agenda:manage")
def rules_form(conference: str) -> Page:
    return _show(conference, None)


def _show(slug: str, form: Form | None, refusal: Refusal | None = None) -> Page:
    with database().read() as db:
        desk = Desk(db, slug)
        chosen: dict[str, Any] = {**concerns.DEFAULTS, **desk.conference.severities}
        if form is None:
            form = Form(
                RulesIn,
                **chosen,
                buffer_minutes=desk.conference.buffer_minutes,
                version=desk.conference.rules_version,
            )
        elif isinstance(refusal, Stale):
            form.values = form.values.copy()
            form.values["version"] = str(desk.conference.rules_version)
        page = desk.render(
            "rules.html",
            form=form,
            rules=concerns.RULES,
            chosen=chosen,
            is_stale=isinstance(refusal, Stale),
        )
    return page, refusal.status if refusal else 200


@blueprint.post("/manage/<conference>/rules")
@requires("agenda:manage")
def change_rules(conference: str) -> Response | Page:
    form = Form(RulesIn, request.form)
    try:
        wanted = form.load()
        version, minutes = wanted.pop("version"), wanted.pop("buffer_minutes")
        with database().write() as db:
            checking.change_rules(
                db, slug=conference, version=version, severities=wanted, buffer_minutes=minutes
            )
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _show(conference, form, refusal)
    return see_other(url_for(".overview", conference=conference, done="saved"))
