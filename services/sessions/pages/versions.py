"""Older releases: what each said, and making it public again."""

from flask import request, url_for
from werkzeug.wrappers import Response

from services.sessions.pages.blueprints import blueprint
from services.sessions.pages.desk import Desk
from services.sessions.queries import released, versions
from services.sessions.rules import naming
from services.sessions.rules.wording import CHANGES, change_label
from services.sessions.schemas import ReleaseFormIn
from services.sessions.usecases import notifying
from services.sessions.usecases import versions as cases
from shared.auth import requires
from shared.clock import now
from shared.errors import Refusal
from shared.web import Form, database, see_other

Page = tuple[str, int]


@blueprint.get("/manage/<conference>/releases/<int(max=2147483647):number>")
@requires("agenda:manage")
def release_version_form(conference: str, number: int) -> Page:
    return _show(conference, number, None)


def _show(slug: str, number: int, form: Form | None, status: int = 200) -> Page:
    with database().read() as db:
        desk = Desk(db, slug)
        own = desk.conference.id
        version = versions.get_release(db, own, number)
        comparison = cases.compare_version(db, desk.conference, number)
        if form is None:
            last = released.list_releases(db, own)[0].name
            form = Form(
                ReleaseFormIn,
                name=naming.next_release_name(last),
                comment=f"Back to {version.name}",
                notify="true",
            )
        page = desk.render(
            "version.html",
            form=form,
            version=version,
            change=comparison.change,
            people=comparison.people(),
            recipients=notifying.recipients_of(db, desk.conference, comparison.change),
            slots=versions.list_slots_of_release(db, own, number),
            labels=CHANGES,
            change_label=change_label,
        )
    return page, status


@blueprint.post("/manage/<conference>/releases/<int(max=2147483647):number>")
@requires("agenda:manage")
def release_version(conference: str, number: int) -> Response | Page:
    form = Form(ReleaseFormIn, request.form)
    try:
        wanted = form.load()
        with database().write() as db:
            cases.release_version(db, slug=conference, number=number, **wanted, now=now())
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _show(conference, number, form, refusal.status)
    return see_other(url_for(".release_form", conference=conference, done="back"))
