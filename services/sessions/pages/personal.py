"""The agenda of one person: stars by plain forms, the page of them, and a calendar to subscribe to."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.sessions.models import Conference, ReleasedSlot
from services.sessions.pages import views
from services.sessions.pages.blueprints import blueprint
from services.sessions.pages.views import SlotView
from services.sessions.pages.visit import Visit
from services.sessions.queries import conferences, personal
from services.sessions.rules.overlaps import overlapping
from services.sessions.schemas import TimesIn
from services.sessions.usecases import starring
from services.sessions.usecases.calendars import LOCAL
from shared.auth import has_expired, principal, public, requires
from shared.auth.handoff import continue_url
from shared.clock import now
from shared.web import Form, database, etag_response, qr, see_other
from shared.web.context import absolute, context


@blueprint.get("/<conference>/me")
@public
def my_agenda(conference: str) -> str | BaseResponse:
    """What a participant has starred; for everybody else how stars work without an account."""
    if has_expired():
        return redirect(continue_url(request.full_path.rstrip("?")), 303)
    return _show(conference)


def _show(slug: str, *, secret: str = "") -> str:
    with database().read() as db:
        visit = Visit(db, slug)
        attendee = visit.attendee
        slots = personal.list_starred(db, visit.conference, attendee) if attendee else []
        starred = _starred(visit, slots)
        feed = personal.find_feed(db, attendee.attendee_id) if attendee else None
        return visit.render(
            "sessions/me.html",
            attendee=attendee,
            on_now=[view for view in starred if view.phase == "now"],
            agenda=views.agenda_days(starred, views.day_views(visit.frame, visit.viewer)),
            clashes=_clashes(slots),
            feed=feed,
            has_merged=request.args.get("done") == "merged",
            links=_links(visit.conference, secret) if secret else None,
            sign_in=continue_url(f"/sessions/{visit.conference.slug}/me"),
        )


def _starred(visit: Visit, slots: Sequence[ReleasedSlot]) -> list[SlotView]:
    upcoming = views.next_start((slot for slot in slots if not slot.cancelled), visit.now)
    return views.slot_views(slots, visit.viewer, visit.now, next_start=upcoming)


def _clashes(slots: Sequence[ReleasedSlot]) -> dict[UUID, list[str]]:
    """By slot the titles of the others at the same time."""
    return {slot.slot_id: [other.body["title"] for other in overlapping(slot, slots)] for slot in slots}


def _links(conference: Conference, secret: str) -> dict[str, Any]:
    address = absolute(url_for(".my_calendar", conference=conference.slug, token=secret))
    links = views.subscribe_links(address, f"{conference.name} · {starring.NAME}")
    return {**links, "code": "", "drawing": qr.link_svg(links["webcal"])}


@blueprint.post("/<conference>/me/calendar")
@requires("reg:self")
def make_my_calendar(conference: str) -> str:
    """Shows the address in the answer itself, as it is kept nowhere."""
    with database().write() as db:
        secret = starring.make_feed(db, slug=conference, who=principal(), now=now())
    return _show(conference, secret=secret)


@blueprint.post("/<conference>/me/calendar/revoke")
@requires("reg:self")
def revoke_my_calendar(conference: str) -> BaseResponse:
    with database().write() as db:
        starring.revoke_feed(db, slug=conference, who=principal())
    return see_other(url_for(".my_agenda", conference=conference, _anchor="calendar"))


@blueprint.get("/<conference>/me/<token>.ics")
@public
def my_calendar(conference: str, token: str) -> Response:
    """The starred slots for the calendar of whoever has the address."""
    local = Form(TimesIn, request.args).load()["times"] == LOCAL
    with database().read() as db:
        row = conferences.get_shown_conference(db, conference)
        attendee = personal.get_subscriber(db, row, token)
        export = starring.get_personal_calendar(db, context().cache, row, attendee, absolute(""), local=local)
    response = etag_response(export.body, mimetype="text/calendar", etag=export.etag, private=True)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.post("/<conference>/talks/<uuid:slot_id>/star")
@requires("reg:self")
def star(conference: str, slot_id: UUID) -> BaseResponse:
    with database().write() as db:
        starring.star_slot(db, slug=conference, who=principal(), slot_id=slot_id, now=now())
    return see_other(url_for(".talk", conference=conference, slot_id=slot_id))


@blueprint.post("/<conference>/talks/<uuid:slot_id>/unstar")
@requires("reg:self")
def unstar(conference: str, slot_id: UUID) -> BaseResponse:
    with database().write() as db:
        starring.unstar_slot(db, slug=conference, who=principal(), slot_id=slot_id)
    return see_other(url_for(".talk", conference=conference, slot_id=slot_id))
