"""What anybody sees beside the agenda: conferences, a talk, the speakers."""

from uuid import UUID

from flask import redirect
from werkzeug.wrappers import Response

from services.sessions.models import ReleasedSlot
from services.sessions.pages import structured, views
from services.sessions.pages.blueprints import blueprint, site
from services.sessions.pages.visit import Visit
from services.sessions.queries import conferences, personal, released
from services.sessions.queries.agenda import list_agenda
from services.sessions.rules.visibility import can
from shared.auth import public
from shared.errors import NotFound
from shared.text import fold
from shared.web import database, render, settings


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
        is_public = slot.listed == "public"
        attendee = visit.attendee
        return visit.render(
            "sessions/talk.html",
            attendee=attendee,
            is_starred=bool(attendee and personal.find_star(db, attendee.attendee_id, slot_id)),
            view=view,
            slot=slot,
            body=slot.body,
            day=next((day for day in days if day.id == slot.day_id), None),
            speakers=released.list_speakers_by_id(db, visit.conference.id, ids),
            others=[other for other in others if other.slot_id != slot.slot_id],
            on_air=conferences.is_on_air(db, visit.conference.id),
            structured=structured.slot_event(visit, slot),
            summary=structured.summary(slot.body["abstract"] or slot.body["subtitle"]),
            feed=visit.feed(f"session={slot.body['session_id']}", (slot.body["title"],))
            if is_public
            else None,
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
        shown = _speaking(list_agenda(db, visit.conference.id, viewer=visit.viewer))
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
        slots = list_agenda(db, visit.conference.id, viewer=visit.viewer)
        own = [slot for slot in slots if str(speaker_id) in _speaking([slot])]
        if person is None or not own:
            raise NotFound
        is_public = any(slot.listed == "public" for slot in own)
        return visit.render(
            "sessions/speaker.html",
            person=person.body,
            slots=views.slot_views(own, visit.viewer, visit.now),
            feed=visit.feed(f"speaker={speaker_id}", (person.name,)) if is_public else None,
        )


def _speaking(slots: list[ReleasedSlot]) -> set[str]:
    return {speaker["id"] for slot in slots for speaker in slot.body["speakers"]}
