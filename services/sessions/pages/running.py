"""Running the day: a room that is late, previewed, released and undone; and the banner about it."""

from uuid import UUID

from flask import Response as FlaskResponse
from flask import request, url_for
from werkzeug.wrappers import Response

from services.sessions.models import Conference
from services.sessions.pages.blueprints import blueprint
from services.sessions.pages.desk import Desk
from services.sessions.queries import conferences
from services.sessions.queries import running as queries
from services.sessions.rules import placing
from services.sessions.rules.running import Lateness, Shift
from services.sessions.rules.wording import CHANGES, change_label
from services.sessions.schemas import LateIn, ShiftIn
from services.sessions.usecases import notifying, running
from shared.auth import public, requires
from shared.clock import conference_now, now
from shared.errors import Refusal
from shared.web import Form, database, etag_response, render, see_other

Page = tuple[str, int]


@blueprint.get("/manage/<conference>/late")
@requires("agenda:manage")
def late_form(conference: str) -> Page:
    """The form; with its fields in the address, what would move."""
    given = request.args.copy()
    given["notify"] = "true"
    return _show(conference, Form(LateIn, given) if "room_id" in given else None)


def _show(slug: str, form: Form | None, refusal: Refusal | None = None) -> Page:
    with database().read() as db:
        desk = Desk(db, slug)
        preview = None
        if form is None:
            here = desk.local(conference_now(desk.conference.clock_offset))
            form = Form(LateIn, since=f"{here:%Y-%m-%dT%H:%M}", minutes=10)
        else:
            try:
                preview = running.preview_shift(db, desk.conference, _shift(form, desk.conference.zone))
            except Refusal as found:
                refusal = refusal or found
        if refusal is not None:
            form.refuse(refusal)
        page = desk.render(
            "late.html",
            form=form,
            rooms=desk.rooms(),
            preview=preview,
            change=preview.change if preview else None,
            concerns=preview.arising if preview else (),
            people=[],
            recipients=notifying.recipients_of(db, desk.conference, preview.change) if preview else None,
            labels=CHANGES,
            change_label=change_label,
            delays=queries.list_delays(db, desk.conference.id),
            describe=running.describe,
        )
    return page, refusal.status if refusal else 200


def _shift(form: Form, zone: str) -> Shift:
    wanted = form.load()
    since = placing.resolve_moment(wanted["since"], zone, field="since")
    return Shift(room_id=wanted["room_id"], since=since, minutes=wanted["minutes"])


@blueprint.post("/manage/<conference>/late")
@requires("agenda:manage")
def shift_room(conference: str) -> Response | Page:
    form = Form(ShiftIn, request.form)
    try:
        wanted = form.load()
        with database().write() as db:
            shift = _shift(form, conferences.get_conference(db, conference).zone)
            running.shift_room(
                db, slug=conference, shift=shift, seen=wanted["seen"], notify=wanted["notify"], now=now()
            )
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return _show(conference, Form(LateIn, request.form), refusal)
    return see_other(url_for(".late_form", conference=conference, done="late"))


@blueprint.post("/manage/<conference>/late/<uuid:delay_id>/undo")
@requires("agenda:manage")
def undo_shift(conference: str, delay_id: UUID) -> Response | Page:
    try:
        with database().write() as db:
            running.undo_shift(db, slug=conference, delay_id=delay_id, now=now())
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return _show(conference, None, refusal)
    return see_other(url_for(".late_form", conference=conference, done="on_time"))


@blueprint.get("/<conference>/late")
@public
def late_banner(conference: str) -> FlaskResponse:
    """The banner alone, for pages that stay open."""
    with database().read() as db:
        shown = conferences.get_shown_conference(db, conference)
        late = _lateness(shown)
    text = render("sessions/late_rooms.html", late=late, zone=shown.zone)
    return etag_response(text.encode(), mimetype="text/html")


@blueprint.context_processor
def offer_lateness() -> dict[str, object]:
    """Templates ask for it themselves, so that every page of a conference can carry the banner."""
    return {"lateness": _lateness}


def _lateness(conference: Conference) -> list[Lateness]:
    with database().read() as db:
        return queries.list_lateness(db, conference, at=conference_now(conference.clock_offset))
