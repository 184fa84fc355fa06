"""What is told about speakers."""

from uuid import UUID

from flask import request, url_for
from werkzeug.wrappers import Response

from services.sessions.pages.blueprints import blueprint
from services.sessions.pages.desk import Desk
from services.sessions.queries import drafts
from services.sessions.schemas import SpeakerIn
from services.sessions.usecases import editing
from shared.auth import requires
from shared.errors import Refusal
from shared.web import Form, database, see_other

Page = tuple[str, int]


@blueprint.get("/manage/<conference>/speakers/")
@requires("agenda:manage")
def manage_speakers(conference: str) -> str:
    with database().read() as db:
        desk = Desk(db, conference)
        return desk.render("speakers.html", speakers=drafts.list_speakers(db, desk.conference.id))


@blueprint.get("/manage/<conference>/speakers/<uuid:speaker_id>")
@requires("agenda:manage")
def speaker_form(conference: str, speaker_id: UUID) -> Page:
    return _show_speaker(conference, speaker_id, None)


def _show_speaker(slug: str, speaker_id: UUID, form: Form | None, status: int = 200) -> Page:
    with database().read() as db:
        desk = Desk(db, slug)
        person = drafts.get_speaker(db, desk.conference.id, speaker_id)
        if form is None:
            form = Form(
                SpeakerIn, name=person.name, affiliation=person.affiliation, biography=person.biography
            )
        return desk.render("speaker.html", form=form, person=person), status


@blueprint.post("/manage/<conference>/speakers/<uuid:speaker_id>")
@requires("agenda:manage")
def change_speaker(conference: str, speaker_id: UUID) -> Response | Page:
    form = Form(SpeakerIn, request.form)
    try:
        wanted = form.load()
        with database().write() as db:
            editing.change_speaker(db, slug=conference, speaker_id=speaker_id, **wanted)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _show_speaker(conference, speaker_id, form, refusal.status)
    return see_other(url_for(".manage_speakers", conference=conference, done="speaker"))
