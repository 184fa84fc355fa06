"""What is told about speakers."""

from typing import Any
from uuid import UUID

from flask import request, url_for
from werkzeug.wrappers import Response

from services.sessions.models import Speaker
from services.sessions.pages.availability import span_values, take_spans
from services.sessions.pages.blueprints import blueprint
from services.sessions.pages.desk import Desk
from services.sessions.pages.photos import take_photo
from services.sessions.queries import conferences, drafts
from services.sessions.schemas import RemoveIn, SpeakerIn
from services.sessions.usecases import removing, speaking
from shared.auth import requires
from shared.clock import now
from shared.errors import Invalid, Refusal, Stale
from shared.web import Form, database, see_other
from shared.web.context import absolute

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


def _show_speaker(
    slug: str,
    speaker_id: UUID,
    form: Form | None,
    refusal: Refusal | None = None,
    removal: Form | None = None,
    link: str = "",
) -> Page:
    with database().read() as db:
        desk = Desk(db, slug)
        person = drafts.get_speaker(db, desk.conference.id, speaker_id)
        everybody = drafts.list_speakers(db, desk.conference.id)
        if form is None:
            form = Form(SpeakerIn, **_values(desk, person))
        elif isinstance(refusal, Stale):
            form.values = form.values.copy()
            form.values["version"] = str(person.version)
        page = desk.render(
            "speaker.html",
            form=form,
            person=person,
            is_stale=isinstance(refusal, Stale),
            link=link,
            removal=removal or Form(RemoveIn),
            used=len(drafts.list_speaking(db, person.id)),
            others=[(str(one.id), one.name) for one in everybody if one.id != person.id],
        )
    return page, refusal.status if refusal else 200


def _values(desk: Desk, person: Speaker) -> dict[str, Any]:
    spans = drafts.list_available(desk.db, desk.conference.id, person.id)
    return {
        "name": person.name,
        "affiliation": person.affiliation,
        "biography": person.biography,
        "address": person.address,
        "confirmed": "true" if person.confirmed_at else "",
        "version": person.version,
        **span_values(spans, desk.conference.zone),
    }


@blueprint.post("/manage/<conference>/speakers/<uuid:speaker_id>")
@requires("agenda:manage")
def change_speaker(conference: str, speaker_id: UUID) -> Response | Page:
    form = Form(SpeakerIn, request.form)
    try:
        wanted = form.load()
        version = wanted.pop("version")
        photo = take_photo(wanted, request.files.get("photo"))
        with database().write() as db:
            spans = take_spans(wanted, conferences.get_conference(db, conference).zone)
            entry = speaking.Entry(**wanted, spans=spans, photo=photo)
            speaking.change_speaker(
                db, slug=conference, speaker_id=speaker_id, version=version, entry=entry, now=now()
            )
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _show_speaker(conference, speaker_id, form, refusal)
    return see_other(url_for(".manage_speakers", conference=conference, done="speaker"))


@blueprint.post("/manage/<conference>/speakers/<uuid:speaker_id>/remove")
@requires("agenda:manage")
def remove_speaker(conference: str, speaker_id: UUID) -> Response | Page:
    form = Form(RemoveIn, request.form)
    try:
        wanted = form.load()
        with database().write() as db:
            removing.remove_speaker(db, slug=conference, speaker_id=speaker_id, **wanted)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _show_speaker(conference, speaker_id, None, refusal, form)
    return see_other(url_for(".manage_speakers", conference=conference, done="removed"))


@blueprint.post("/manage/<conference>/speakers/<uuid:speaker_id>/link")
@requires("agenda:manage")
def make_speaker_link(conference: str, speaker_id: UUID) -> Page:
    """Shows the link in the answer itself, as it is kept nowhere."""
    with database().write() as db:
        secret = speaking.make_link(db, slug=conference, speaker_id=speaker_id)
    return _show_speaker(conference, speaker_id, None, link=absolute(url_for(".own_entry", token=secret)))


@blueprint.post("/manage/<conference>/speakers/<uuid:speaker_id>/link/mail")
@requires("agenda:manage")
def mail_speaker_link(conference: str, speaker_id: UUID) -> Response | Page:
    try:
        with database().write() as db:
            path = url_for(".own_entry", token="")
            speaking.send_link(db, slug=conference, speaker_id=speaker_id, path=path)
    except Invalid as refusal:
        with database().read() as db:
            desk = Desk(db, conference)
            form = Form(SpeakerIn, **_values(desk, drafts.get_speaker(db, desk.conference.id, speaker_id)))
        form.refuse(refusal)
        return _show_speaker(conference, speaker_id, form, refusal)
    return see_other(url_for(".speaker_form", conference=conference, speaker_id=speaker_id, done="mailed"))


@blueprint.post("/manage/<conference>/speakers/<uuid:speaker_id>/link/revoke")
@requires("agenda:manage")
def revoke_speaker_link(conference: str, speaker_id: UUID) -> Response:
    with database().write() as db:
        speaking.revoke_link(db, slug=conference, speaker_id=speaker_id)
    return see_other(url_for(".speaker_form", conference=conference, speaker_id=speaker_id, done="revoked"))
