"""What speakers do with their personal link: see and correct their own entry, confirm, say when they can come."""

from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from services.sessions.models import Conference, Speaker
from services.sessions.pages import views
from services.sessions.pages.availability import span_values, take_spans
from services.sessions.pages.blueprints import blueprint
from services.sessions.pages.photos import take_photo
from services.sessions.queries import drafts, looks, versions
from services.sessions.schemas import AnswerIn, OwnEntryIn
from services.sessions.usecases import speaking
from shared.auth import public
from shared.clock import now
from shared.db import Transaction
from shared.errors import Refusal, Stale
from shared.web import Form, database, render, see_other

Page = tuple[str, int]
NOTICES = {
    "saved": "Saved. It becomes public when the organisers release the agenda again.",
    "answered": "Thank you, the organisers see your answer.",
}


@blueprint.get("/me/<token>")
@public
def own_entry(token: str) -> Page:
    return _show(token, None)


def _show(token: str, form: Form | None, refusal: Refusal | None = None) -> Page:
    with database().read() as db:
        conference, person = drafts.get_invited(db, token)
        if form is None:
            form = Form(OwnEntryIn, **_values(db, conference, person))
        elif isinstance(refusal, Stale):
            form.values = form.values.copy()
            form.values["version"] = str(person.version)
        page = render(
            "sessions/own.html",
            look=looks.dress(db, conference),
            conference=conference,
            zone=conference.zone,
            token=token,
            person=person,
            form=form,
            is_stale=isinstance(refusal, Stale),
            slots=versions.list_slots_of_speaker(db, conference, person.id),
            place_text=lambda body: views.place_text(body, conference.zone),
            notice=NOTICES.get(request.args.get("done", ""), ""),
        )
    return page, refusal.status if refusal else 200


def _values(db: Transaction, conference: Conference, person: Speaker) -> dict[str, Any]:
    spans = drafts.list_available(db, conference.id, person.id)
    return {
        "affiliation": person.affiliation,
        "biography": person.biography,
        "address": person.address,
        "version": person.version,
        **span_values(spans, conference.zone),
    }


@blueprint.post("/me/<token>")
@public
def correct_own_entry(token: str) -> Response | Page:
    form = Form(OwnEntryIn, request.form)
    with database().read() as db:
        zone = drafts.get_invited(db, token)[0].zone  # before a picture of whoever has no link is kept
    try:
        wanted = form.load()
        version, spans = wanted.pop("version"), take_spans(wanted, zone)
        photo = take_photo(wanted, request.files.get("photo"))
        entry = speaking.OwnEntry(**wanted, spans=spans, photo=photo)
        with database().write() as db:
            speaking.correct_own_entry(db, secret=token, version=version, entry=entry)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _show(token, form, refusal)
    return see_other(url_for(".own_entry", token=token, done="saved"))


@blueprint.post("/me/<token>/answer")
@public
def answer_invitation(token: str) -> Response:
    comes = Form(AnswerIn, request.form).load()["comes"] == "yes"
    with database().write() as db:
        speaking.answer_invitation(db, secret=token, comes=comes, now=now())
    return see_other(url_for(".own_entry", token=token, done="answered"))
