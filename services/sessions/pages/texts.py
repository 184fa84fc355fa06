"""What sessions say: forms to add, change and repeat them."""

from typing import Any
from uuid import UUID

from flask import request, url_for
from werkzeug.wrappers import Response

from services.sessions.models import Session
from services.sessions.pages.blueprints import blueprint
from services.sessions.pages.desk import AUDIENCE_OPTIONS, Desk
from services.sessions.queries import drafts
from services.sessions.schemas import AddSessionIn, ChangeSessionIn, PlaceIn
from services.sessions.usecases import editing
from shared.auth import requires
from shared.errors import Refusal, Stale
from shared.web import Form, database, see_other

Page = tuple[str, int]
_PLACE = ("date", "time", "minutes", "room_id", "offset")


@blueprint.get("/manage/<conference>/sessions/new")
@requires("agenda:manage")
def add_session_form(conference: str) -> Page:
    return _show_new(conference, None)


def _show_new(slug: str, form: Form | None, status: int = 200) -> Page:
    with database().read() as db:
        desk = Desk(db, slug)
        rooms = desk.rooms()
        if form is None:
            draft = drafts.read_draft(db, desk.conference)
            first = desk.local(draft.days[0].starts_at) if draft.days else None
            form = Form(
                AddSessionIn,
                kind="talk",
                minutes=45,
                listed="public",
                attend="public",
                state="confirmed",
                date=first.date().isoformat() if first else None,
                time=f"{first:%H:%M}" if first else None,
            )
        return _render_session(desk, "session_new.html", form, rooms=rooms), status


def _render_session(desk: Desk, template: str, form: Form, **values: Any) -> str:
    return desk.render(
        template,
        form=form,
        kinds=desk.kinds(form.values.get("kind", "")),
        tracks=desk.tracks(),
        audiences=AUDIENCE_OPTIONS,
        **values,
    )


@blueprint.post("/manage/<conference>/sessions/new")
@requires("agenda:manage")
def add_session(conference: str) -> Response | Page:
    form = Form(AddSessionIn, request.form)
    try:
        wanted = form.load()
        place = editing.Place(**{name: wanted.pop(name) for name in _PLACE})
        with database().write() as db:
            editing.add_session(db, slug=conference, content=editing.Content(**wanted), place=place)
    except Refusal as refusal:
        form.refuse(refusal)
        return _show_new(conference, form, refusal.status)
    return see_other(url_for(".overview", conference=conference, done="added"))


@blueprint.get("/manage/<conference>/sessions/<uuid:session_id>")
@requires("agenda:manage")
def session_form(conference: str, session_id: UUID) -> Page:
    return _show_session(conference, session_id, None)


def _show_session(slug: str, session_id: UUID, form: Form | None, refusal: Refusal | None = None) -> Page:
    with database().read() as db:
        desk = Desk(db, slug)
        session = drafts.get_session(db, desk.conference.id, session_id)
        speakers = drafts.list_speaker_names(db, session.id)
        if form is None:
            form = Form(ChangeSessionIn, version=session.version, **_content(session, speakers))
        elif isinstance(refusal, Stale):
            form.values = form.values.copy()
            form.values["version"] = str(session.version)
        page = _render_session(
            desk,
            "session.html",
            form,
            session=session,
            speakers=speakers,
            concerns=desk.concerns_of(drafts.list_slot_ids(db, session.id)),
            is_stale=isinstance(refusal, Stale),
        )
    return page, refusal.status if refusal else 200


def _content(session: Session, speakers: list[str]) -> dict[str, Any]:
    names = (
        "title",
        "subtitle",
        "abstract",
        "description",
        "kind",
        "language",
        "track_id",
        "listed",
        "attend",
        "state",
        "expected",
    )
    lines = [f"{link['title']} | {link['url']}" if link["title"] else link["url"] for link in session.links]
    return {
        **{name: getattr(session, name) for name in names},
        "speakers": "\n".join(speakers),
        "areas": "\n".join(session.areas),
        "links": "\n".join(lines),
    }


@blueprint.post("/manage/<conference>/sessions/<uuid:session_id>")
@requires("agenda:manage")
def change_session(conference: str, session_id: UUID) -> Response | Page:
    form = Form(ChangeSessionIn, request.form)
    try:
        wanted = form.load()
        version = wanted.pop("version")
        content = editing.Content(**wanted)
        with database().write() as db:
            editing.change_session(
                db, slug=conference, session_id=session_id, version=version, content=content
            )
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _show_session(conference, session_id, form, refusal)
    return see_other(url_for(".overview", conference=conference, done="session"))


@blueprint.get("/manage/<conference>/sessions/<uuid:session_id>/repeat")
@requires("agenda:manage")
def repeat_form(conference: str, session_id: UUID) -> Page:
    return _show_repeat(conference, session_id, Form(PlaceIn, minutes=45))


def _show_repeat(slug: str, session_id: UUID, form: Form, status: int = 200) -> Page:
    with database().read() as db:
        desk = Desk(db, slug)
        session = drafts.get_session(db, desk.conference.id, session_id)
        return desk.render("repeat.html", form=form, session=session, rooms=desk.rooms()), status


@blueprint.post("/manage/<conference>/sessions/<uuid:session_id>/repeat")
@requires("agenda:manage")
def repeat_session(conference: str, session_id: UUID) -> Response | Page:
    form = Form(PlaceIn, request.form)
    try:
        place = editing.Place(**form.load())
        with database().write() as db:
            editing.repeat_session(db, slug=conference, session_id=session_id, place=place)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _show_repeat(conference, session_id, form, refusal.status)
    return see_other(url_for(".overview", conference=conference, done="added"))
