"""What anybody sees: conferences, an agenda, a talk, the speakers."""

from typing import Any
from uuid import UUID

from flask import redirect, request
from werkzeug.wrappers import Response

from services.sessions.models import Conference, Release, ReleasedSlot
from services.sessions.pages import views
from services.sessions.pages.blueprints import blueprint, site
from services.sessions.queries import conferences, looks, released, viewers
from services.sessions.queries.released import AgendaFilter
from services.sessions.rules.visibility import Viewer, can
from services.sessions.schemas import AgendaIn
from shared.auth import principal, public
from shared.clock import conference_now
from shared.db import Transaction
from shared.errors import Invalid, NotFound
from shared.text import fold
from shared.web import Form, database, render, settings


@site.get("/")
@public
def front() -> Response:
    """The site begins with its conferences."""
    return redirect("/sessions/", 302)


@blueprint.get("/")
@public
def index() -> str:
    """Every conference the public may know of."""
    with database().read() as db:
        shown = conferences.list_shown_conferences(db)
        days = conferences.list_days_by_conference(db, [conference.id for conference in shown])
    return render("sessions/index.html", conferences=shown, days=days)


@site.get("/privacy")
@public
def privacy() -> str:
    return render("sessions/privacy.html", settings=settings())


@site.get("/imprint")
@public
def imprint() -> str:
    return render("sessions/imprint.html", settings=settings())


class Visit:
    """One look at a conference: what it is now, who looks, and at what time of the conference."""

    def __init__(self, db: Transaction, slug: str) -> None:
        self.db = db
        self.conference: Conference = conferences.get_shown_conference(db, slug)
        self.viewer: Viewer = viewers.get_viewer(db, self.conference, principal())
        self.release: Release | None = released.find_release(db, self.conference)
        self.frame = released.frame_of(self.release)
        self.now = conference_now(self.conference.clock_offset)

    def around(self) -> list[ReleasedSlot]:
        """What is on and what is next, for this viewer."""
        return released.list_around(self.db, self.conference.id, viewer=self.viewer, at=self.now)

    def render(self, template: str, **values: Any) -> str:
        look = looks.dress(self.db, self.conference)
        address = f"{settings().base_url.rstrip('/')}/sessions/{self.conference.slug}/calendar.ics"
        return render(
            template,
            look=look,
            conference=self.conference,
            viewer=self.viewer,
            release=self.release,
            now=self.now,
            zone=self.conference.zone,
            subscribe=views.subscribe_links(address, self.conference.name),
            paragraphs=views.paragraphs,
            **values,
        )


@blueprint.get("/<conference>/")
@public
def agenda(conference: str) -> tuple[str, int]:
    """The agenda of a day, narrowed by room, kind or words; this is the home of the conference."""
    form = Form(AgendaIn, request.args)
    with database().read() as db:
        visit = Visit(db, conference)
        days = views.day_views(visit.frame, visit.viewer)
        try:
            wanted, status = form.load(), 200
        except Invalid as refusal:
            wanted, status = {"day": None, "room": None, "kind": "", "q": ""}, refusal.status
        day = _chosen_day(wanted, days, visit)
        narrow = AgendaFilter(
            day_id=day.id if day else None, room_id=wanted["room"], kind=wanted["kind"], text=wanted["q"]
        )
        slots = released.list_agenda(db, visit.conference.id, viewer=visit.viewer, narrow=narrow)
        around = visit.around()
        upcoming = views.next_start(around, visit.now)
        page = visit.render(
            "sessions/agenda.html",
            form=form,
            days=days,
            day=day,
            is_narrowed=any((wanted["room"], wanted["kind"], wanted["q"])),
            agenda=views.agenda_days(
                views.slot_views(slots, visit.viewer, visit.now, next_start=upcoming), days
            ),
            around=views.slot_views(around, visit.viewer, visit.now, next_start=upcoming),
            kinds=[(kind, views.kind_label(kind)) for kind in released.list_kinds(db, visit.conference.id)],
            rooms=[(room["id"], room["name"]) for room in visit.frame["rooms"]],
            on_air=conferences.is_on_air(db, visit.conference.id),
        )
    return page, status


def _chosen_day(wanted: dict[str, Any], days: list[views.DayView], visit: Visit) -> views.DayView | None:
    """The day asked for; without any question the day it is, or the first."""
    if wanted["day"] is not None:
        found = next((day for day in days if day.position == wanted["day"]), None)
        if found is None:
            raise NotFound("There is no such day.")
        return found
    if wanted["room"] or wanted["kind"] or wanted["q"] or "day" in request.args:
        return None
    return next((day for day in days if visit.now < day.ends_at), days[0] if days else None)


@blueprint.get("/<conference>/talks/<uuid:slot_id>")
@public
def talk(conference: str, slot_id: UUID) -> str:
    """One slot with everything about its session."""
    with database().read() as db:
        visit = Visit(db, conference)
        slot = _get_visible(visit, slot_id)
        days = views.day_views(visit.frame, visit.viewer)
        ids = [UUID(speaker["id"]) for speaker in slot.body["speakers"]]
        others = released.list_slots_of_session(
            db, visit.conference.id, slot.body["session_id"], viewer=visit.viewer
        )
        (view,) = views.slot_views([slot], visit.viewer, visit.now)
        return visit.render(
            "sessions/talk.html",
            view=view,
            slot=slot,
            body=slot.body,
            day=next((day for day in days if day.id == slot.day_id), None),
            speakers=released.list_speakers_by_id(db, visit.conference.id, ids),
            others=[other for other in others if other.slot_id != slot.slot_id],
            on_air=conferences.is_on_air(db, visit.conference.id),
        )


def _get_visible(visit: Visit, slot_id: UUID) -> ReleasedSlot:
    slot = released.get_released_slot(visit.db, visit.conference.id, slot_id)
    if not can(visit.viewer, "listed", slot):
        raise NotFound
    return slot


@blueprint.get("/<conference>/speakers/")
@public
def speakers(conference: str) -> str:
    """Everybody who speaks in a slot this viewer may know of."""
    with database().read() as db:
        visit = Visit(db, conference)
        shown = _speaking(released.list_agenda(db, visit.conference.id, viewer=visit.viewer))
        everybody = released.list_current_speakers(db, visit.conference.id)
        found = [speaker for speaker in everybody if str(speaker.speaker_id) in shown]
        return visit.render("sessions/speakers.html", speakers=sorted(found, key=lambda one: fold(one.name)))


@blueprint.get("/<conference>/speakers/<uuid:speaker_id>")
@public
def speaker(conference: str, speaker_id: UUID) -> str:
    """One person and where they speak."""
    with database().read() as db:
        visit = Visit(db, conference)
        person = released.find_released_speaker(db, visit.conference.id, speaker_id)
        slots = released.list_agenda(db, visit.conference.id, viewer=visit.viewer)
        own = [slot for slot in slots if str(speaker_id) in _speaking([slot])]
        if person is None or not own:
            raise NotFound
        return visit.render(
            "sessions/speaker.html", person=person.body, slots=views.slot_views(own, visit.viewer, visit.now)
        )


def _speaking(slots: list[ReleasedSlot]) -> set[str]:
    return {speaker["id"] for slot in slots for speaker in slot.body["speakers"]}
