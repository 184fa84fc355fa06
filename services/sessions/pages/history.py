"""The releases of a conference: what each changed, how each was, and a feed of them."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid5

from flask import Response

from services.sessions.models import Release
from services.sessions.pages import views
from services.sessions.pages.blueprints import blueprint
from services.sessions.pages.exports import send_export
from services.sessions.pages.views import SlotView
from services.sessions.pages.visit import Visit
from services.sessions.queries import released, versions
from services.sessions.rules.history import count_changes
from services.sessions.rules.visibility import ANYBODY
from services.sessions.rules.wording import CHANGES
from services.sessions.schedules import without_control_characters
from services.sessions.usecases.keeping import changed_at, export_of, kept_of
from shared.auth import public
from shared.errors import NotFound
from shared.web import database, render
from shared.web.context import context

IN_A_FEED = 50


@blueprint.get("/<conference>/releases/")
@public
def release_list(conference: str) -> str:
    """Every release, newest first."""
    with database().read() as db:
        visit = Visit(db, conference)
        releases = released.list_releases(db, visit.conference.id)
        return visit.render(
            "sessions/releases.html", releases=releases, counts=_counts(visit), changes=CHANGES
        )


@blueprint.get("/<conference>/releases/<int:number>")
@public
def old_release(conference: str, number: int) -> str:
    """The agenda as one release had it."""
    with database().read() as db:
        visit = Visit(db, conference)
        if number > visit.conference.release_number:
            raise NotFound
        release = versions.get_release(db, visit.conference.id, number)
        current = views.day_views(visit.frame, ANYBODY)
        known = {day["id"] for day in visit.frame["days"]} - {str(day.id) for day in current}
        days = [day for day in views.day_views(release.programme, ANYBODY) if str(day.id) not in known]
        slots = versions.list_public_slots_of_release(db, visit.conference.id, number)
        return visit.render(
            "sessions/old_release.html",
            shown=release,
            counts=_counts(visit).get(number, {}),
            changes=CHANGES,
            agenda=views.agenda_days(
                (SlotView(slot=slot, phase="", may_attend=False) for slot in slots), days
            ),
        )


@blueprint.get("/<conference>/releases.atom")
@public
def release_feed(conference: str) -> Response:
    """The newest releases as Atom (RFC 4287)."""
    with database().read() as db:
        visit = Visit(db, conference)
        export = kept_of(context().cache).get(
            visit.conference,
            "atom",
            lambda: export_of(_feed(visit), changed_at(visit.conference, visit.release)),
        )
    return send_export(export, "application/atom+xml")


def _feed(visit: Visit) -> bytes:
    conference, counts = visit.conference, _counts(visit)
    releases = released.list_releases(visit.db, conference.id)[:IN_A_FEED]
    text = render(
        "sessions/releases.xml",
        conference=conference,
        home=visit.home,
        updated=max((release.created_at for release in releases), default=conference.changed_at),
        name=without_control_characters(conference.name),
        entries=[_entry(visit, release, counts.get(release.number, {})) for release in releases],
    )
    return text.encode()


def _entry(visit: Visit, release: Release, counts: Mapping[str, int]) -> dict[str, Any]:
    changed = ", ".join(f"{label}: {counts[kind]}" for kind, label in CHANGES.items() if counts.get(kind))
    return {
        "id": uuid5(visit.conference.id, f"release {release.number}"),
        "title": without_control_characters(release.name),
        "url": f"{visit.home}releases/{release.number}",
        "at": release.created_at,
        "text": without_control_characters("\n\n".join(part for part in (release.comment, changed) if part)),
    }


def _counts(visit: Visit) -> dict[int, Mapping[str, int]]:
    return kept_of(context().cache).get(
        visit.conference,
        "changes",
        lambda: count_changes(versions.list_states(visit.db, visit.conference.id)),
    )
