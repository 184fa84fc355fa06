"""The rooms of a conference."""

from uuid import UUID

from flask import request, url_for
from werkzeug.wrappers import Response

from services.sessions.pages.availability import span_values, take_spans
from services.sessions.pages.blueprints import blueprint
from services.sessions.pages.desk import Desk
from services.sessions.queries import conferences, drafts
from services.sessions.schemas import ChangeRoomIn, OrderIn, RemoveIn, RoomIn
from services.sessions.usecases import furnishing, removing
from shared.auth import requires
from shared.errors import NotFound, Refusal, Stale
from shared.web import Form, database, see_other

Page = tuple[str, int]


@blueprint.get("/manage/<conference>/rooms")
@requires("agenda:manage")
def room_form(conference: str) -> Page:
    return _show_rooms(conference, Form(RoomIn))


def _show_rooms(slug: str, form: Form, status: int = 200) -> Page:
    with database().read() as db:
        desk = Desk(db, slug)
        rooms = conferences.list_rooms(db, desk.conference.id)
        return desk.render("rooms.html", form=form, rooms=rooms), status


@blueprint.post("/manage/<conference>/rooms")
@requires("agenda:manage")
def add_room(conference: str) -> Response | Page:
    form = Form(RoomIn, request.form)
    try:
        wanted = form.load()
        with database().write() as db:
            furnishing.add_room(db, slug=conference, **wanted)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _show_rooms(conference, form, refusal.status)
    return see_other(url_for(".room_form", conference=conference, done="saved"))


@blueprint.post("/manage/<conference>/rooms/<uuid:room_id>/order")
@requires("agenda:manage")
def reorder_room(conference: str, room_id: UUID) -> Response:
    wanted = Form(OrderIn, request.form).load()
    with database().write() as db:
        furnishing.reorder_room(db, slug=conference, room_id=room_id, **wanted)
    return see_other(url_for(".room_form", conference=conference, done="saved"))


@blueprint.get("/manage/<conference>/rooms/<uuid:room_id>")
@requires("agenda:manage")
def change_room_form(conference: str, room_id: UUID) -> Page:
    return _show_room(conference, room_id, None)


def _show_room(
    slug: str, room_id: UUID, form: Form | None, refusal: Refusal | None = None, removal: Form | None = None
) -> Page:
    with database().read() as db:
        desk = Desk(db, slug)
        rooms = conferences.list_rooms(db, desk.conference.id)
        room = next((one for one in rooms if one.id == room_id), None)
        if room is None:
            raise NotFound
        if form is None:
            spans = drafts.list_available(db, desk.conference.id, room.id)
            times = span_values(spans, desk.conference.zone)
            form = Form(ChangeRoomIn, version=room.version, name=room.name, capacity=room.capacity, **times)
        elif isinstance(refusal, Stale):
            form.values = form.values.copy()
            form.values["version"] = str(room.version)
        page = desk.render(
            "room.html",
            form=form,
            room=room,
            removal=removal or Form(RemoveIn),
            used=len(drafts.list_slots_in_room(db, desk.conference.id, room.id)),
            others=[(str(one.id), one.name) for one in rooms if one.id != room.id],
            is_stale=isinstance(refusal, Stale),
        )
    return page, refusal.status if refusal else 200


@blueprint.post("/manage/<conference>/rooms/<uuid:room_id>")
@requires("agenda:manage")
def change_room(conference: str, room_id: UUID) -> Response | Page:
    form = Form(ChangeRoomIn, request.form)
    try:
        wanted = form.load()
        with database().write() as db:
            spans = take_spans(wanted, conferences.get_conference(db, conference).zone)
            furnishing.change_room(db, slug=conference, room_id=room_id, spans=spans, **wanted)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _show_room(conference, room_id, form, refusal)
    return see_other(url_for(".room_form", conference=conference, done="saved"))


@blueprint.post("/manage/<conference>/rooms/<uuid:room_id>/remove")
@requires("agenda:manage")
def remove_room(conference: str, room_id: UUID) -> Response | Page:
    form = Form(RemoveIn, request.form)
    try:
        wanted = form.load()
        with database().write() as db:
            removing.remove_room(db, slug=conference, room_id=room_id, **wanted)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _show_room(conference, room_id, None, refusal, form)
    return see_other(url_for(".room_form", conference=conference, done="removed"))
