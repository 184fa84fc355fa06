"""The agenda: the home of a conference."""

from typing import Any

from flask import request

from services.sessions.pages import views
from services.sessions.pages.blueprints import blueprint
from services.sessions.pages.structured import conference_event
from services.sessions.pages.visit import Visit
from services.sessions.queries import conferences
from services.sessions.queries.agenda import list_agenda
from services.sessions.rules.wording import language_label
from services.sessions.schemas import AgendaIn
from services.sessions.usecases.narrowing import query_of
from shared.auth import public
from shared.errors import Invalid
from shared.text import fold
from shared.web import Form, database

Options = list[tuple[Any, str]]
FOLDED_AWAY = ("room", "track", "kind", "language", "speaker")


@blueprint.get("/<conference>/")
@public
def agenda(conference: str) -> tuple[str, int]:
    """The agenda of a day, narrowed by anything it is made of, or by words."""
    form = Form(AgendaIn, request.args)
    with database().read() as db:
        visit = Visit(db, conference)
        wanted, status = _read(form)
        query = query_of(wanted)
        asked = visit.cut(wanted)
        days = views.day_views(visit.frame, visit.viewer)
        position = wanted["day"] or _today(query, days, visit)
        shown = visit.cut({**wanted, "day": position})
        slots = list_agenda(db, visit.conference.id, viewer=visit.viewer, narrow=shown.narrow)
        around = visit.around()
        upcoming = views.next_start(around, visit.now)
        page = visit.render(
            "sessions/agenda.html",
            form=form,
            days=days,
            day=next((day for day in days if day.position == position), None),
            others=query_of({**wanted, "day": None}),
            is_unfolded=any(wanted[name] for name in FOLDED_AWAY),
            feed=visit.feed(query, asked.words) if query else None,
            words=asked.words,
            agenda=views.agenda_days(
                views.slot_views(slots, visit.viewer, visit.now, next_start=upcoming), days
            ),
            around=views.slot_views(around, visit.viewer, visit.now, next_start=upcoming),
            options=_options(visit),
            structured=conference_event(visit, days),
            on_air=conferences.is_on_air(db, visit.conference.id),
        )
    return page, status


def _read(form: Form) -> tuple[dict[str, Any], int]:
    """What is wanted; everything, where that cannot be read."""
    try:
        return form.load(), 200
    except Invalid as refusal:
        return AgendaIn().read({}), refusal.status


def _today(query: str, days: list[views.DayView], visit: Visit) -> int | None:
    """Without any question the day it is, or the first."""
    if query or "day" in request.args:
        return None
    today = next((day for day in days if visit.now < day.ends_at), days[0] if days else None)
    return today.position if today else None


def _options(visit: Visit) -> dict[str, Options]:
    """What can be chosen, where there is a choice."""
    facets = visit.facets()
    speakers = sorted(facets.speakers.items(), key=lambda one: fold(one[1]))
    languages = [(code, language_label(code)) for code in facets.languages]
    options: dict[str, Options] = {
        "room": [(room["id"], room["name"]) for room in visit.frame["rooms"]],
        "track": [(track["id"], track["name"]) for track in visit.frame["tracks"]],
        "kind": [(kind, views.kind_label(kind)) for kind in facets.kinds],
        "language": sorted(languages, key=lambda one: one[1]),
        "speaker": list(speakers),
    }
    return {name: choices for name, choices in options.items() if len(choices) > 1}
