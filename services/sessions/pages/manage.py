"""The draft agenda: all of it in one table, and a form to move, cancel or restore one slot."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import request, url_for
from werkzeug.wrappers import Response

from services.sessions.pages.blueprints import blueprint
from services.sessions.pages.desk import Desk
from services.sessions.queries import drafts, versions
from services.sessions.schemas import MoveIn, VersionIn
from services.sessions.usecases import editing, releasing
from shared.auth import requires
from shared.errors import Refusal, Stale
from shared.web import Form, database, see_other

Page = tuple[str, int]


@blueprint.get("/manage/<conference>/")
@requires("agenda:manage")
def overview(conference: str) -> str:
    """Every slot of the draft, with what differs from the public state and what collides."""
    with database().read() as db:
        desk = Desk(db, conference)
        draft = drafts.read_draft(db, desk.conference)
        comparison = releasing.compare_draft(db, desk.conference)
        return desk.render(
            "overview.html",
            draft=draft,
            rooms={room.id: room for room in draft.rooms},
            days={day.id: day for day in draft.days},
            changes={change.slot_id: change for change in comparison.change.slots},
            is_changed=bool(comparison.change),
            released=comparison.current_slots,
            concerns=comparison.warnings,
            planned=versions.find_planned_release(db, desk.conference.id),
            concerned=desk.by_slot(comparison.warnings),
        )


@blueprint.get("/manage/<conference>/slots/<uuid:slot_id>")
@requires("agenda:manage")
def slot_form(conference: str, slot_id: UUID) -> Page:
    return _show_slot(conference, slot_id, None)


def _show_slot(slug: str, slot_id: UUID, form: Form | None, refusal: Refusal | None = None) -> Page:
    with database().read() as db:
        desk = Desk(db, slug)
        slot = drafts.get_slot(db, desk.conference.id, slot_id)
        session = drafts.get_session(db, desk.conference.id, slot.session_id)
        if form is None:
            form = Form(MoveIn, version=slot.version, **_place(desk, slot))
        elif isinstance(refusal, Stale):
            # What was typed stays; saving once more now means it.
            form.values = form.values.copy()
            form.values["version"] = str(slot.version)
        page = desk.render(
            "slot.html",
            form=form,
            slot=slot,
            session=session,
            rooms=desk.rooms(),
            concerns=desk.concerns_of({slot.id}),
            is_stale=isinstance(refusal, Stale),
        )
    return page, refusal.status if refusal else 200


def _place(desk: Desk, slot: Any) -> dict[str, Any]:
    start: datetime = desk.local(slot.starts_at)
    return {
        "date": start.date().isoformat(),
        "time": f"{start:%H:%M}",
        "minutes": int((slot.ends_at - slot.starts_at).total_seconds() // 60),
        "room_id": slot.room_id,
    }


@blueprint.post("/manage/<conference>/slots/<uuid:slot_id>")
@requires("agenda:manage")
def move_slot(conference: str, slot_id: UUID) -> Response | Page:
    form = Form(MoveIn, request.form)
    try:
        wanted = form.load()
        version = wanted.pop("version")
        with database().write() as db:
            editing.move_slot(
                db, slug=conference, slot_id=slot_id, version=version, place=editing.Place(**wanted)
            )
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _show_slot(conference, slot_id, form, refusal)
    return see_other(url_for(".overview", conference=conference, done="moved"))


@blueprint.post("/manage/<conference>/slots/<uuid:slot_id>/cancel")
@requires("agenda:manage")
def cancel_slot(conference: str, slot_id: UUID) -> Response | Page:
    return _set_cancelled(conference, slot_id, cancelled=True)


@blueprint.post("/manage/<conference>/slots/<uuid:slot_id>/restore")
@requires("agenda:manage")
def restore_slot(conference: str, slot_id: UUID) -> Response | Page:
    return _set_cancelled(conference, slot_id, cancelled=False)


def _set_cancelled(slug: str, slot_id: UUID, *, cancelled: bool) -> Response | Page:
    form = Form(VersionIn, request.form)
    try:
        version = form.load()["version"]
        with database().write() as db:
            editing.cancel_slot(db, slug=slug, slot_id=slot_id, version=version, cancelled=cancelled)
    except Stale as refusal:
        return _show_slot(slug, slot_id, None, refusal)
    return see_other(url_for(".overview", conference=slug, done="cancelled" if cancelled else "restored"))
