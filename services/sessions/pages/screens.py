"""Screens at the doors of rooms and in the foyer: now and next, for nobody in particular."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from services.sessions.models import Conference, Release
from services.sessions.pages.blueprints import blueprint
from services.sessions.queries import conferences, looks, released
from services.sessions.queries.agenda import list_coming
from services.sessions.rules import screens
from services.sessions.rules.screens import Showing
from services.sessions.schemas import ScreenIn
from shared.auth import public
from shared.clock import conference_now
from shared.db import Transaction
from shared.errors import NotFound
from shared.web import Form, database, etag_response, render
from shared.web.look import Look
from shared.web.responses import tag_of


@dataclass(frozen=True, kw_only=True)
class Screen:
    """One screen at a moment of the conference; `room` is None in the foyer, `is_gone` says that it was dropped."""

    conference: Conference
    room: dict[str, Any] | None
    is_gone: bool
    now: datetime
    showing: Showing
    look: Look

    @property
    def state(self) -> bytes:
        """What it shows, as something to compare; the time is no part of it."""
        conference = self.conference
        room = [self.room, self.is_gone]
        shown = [conference.version, conference.clock_offset, *room, *self.showing.state]
        return json.dumps({"release": conference.release_number, "shown": shown}).encode()


@blueprint.get("/<conference>/screen/")
@public
def foyer_screen(conference: str) -> str:
    return _page(conference, None)


@blueprint.get("/<conference>/screen/<uuid:room_id>")
@public
def door_screen(conference: str, room_id: UUID) -> str:
    return _page(conference, room_id)


@blueprint.get("/<conference>/screen/state.json")
@public
def foyer_state(conference: str) -> Response:
    return _state(conference, None)


@blueprint.get("/<conference>/screen/<uuid:room_id>/state.json")
@public
def door_state(conference: str, room_id: UUID) -> Response:
    return _state(conference, room_id)


def _page(slug: str, room_id: UUID | None) -> str:
    wanted = Form(ScreenIn, request.args).load()
    theme, page = wanted["theme"], wanted["page"]
    with database().read() as db:
        screen = _look_at(db, slug, room_id)
    showing, pages = (screen.showing, 1) if room_id else screens.page_of(screen.showing, page)
    own = request.endpoint or ""
    parts: dict[str, Any] = {"conference": slug, **({"room_id": room_id} if room_id else {})}
    return render(
        "sessions/screen.html",
        look=screen.look,
        screen=screen,
        showing=showing,
        theme=theme,
        pages=pages,
        page=(page - 1) % pages + 1,
        tag=tag_of(screen.state),
        state_url=url_for(own.replace("_screen", "_state"), **parts),
        next_url=url_for(own, **parts, theme=theme or None, page=page % pages + 1 if pages > 1 else None),
    )


def _state(slug: str, room_id: UUID | None) -> Response:
    with database().read() as db:
        screen = _look_at(db, slug, room_id)
    return etag_response(screen.state, mimetype="application/json")


def _look_at(db: Transaction, slug: str, room_id: UUID | None) -> Screen:
    """Raises NotFound for a room that no release knows."""
    conference = conferences.get_shown_conference(db, slug)
    release = released.find_release(db, conference)
    room = _room_in(release, room_id)
    is_gone = room_id is not None and room is None
    if is_gone:
        older = (_room_in(one, room_id) for one in released.list_releases(db, conference.id))
        room = next((one for one in older if one), None)
        if room is None:
            raise NotFound
    now = conference_now(conference.clock_offset)
    coming = list_coming(db, conference.id, at=now, room_id=room_id)
    show = screens.show_door if room_id else screens.show_foyer
    return Screen(
        conference=conference,
        room=room,
        is_gone=is_gone,
        now=now,
        showing=show(coming, now),
        look=looks.dress(db, conference),
    )


def _room_in(release: Release | None, room_id: UUID | None) -> dict[str, Any] | None:
    """The room as that release shows it."""
    rooms = released.frame_of(release)["rooms"]
    return next((one for one in rooms if one["id"] == str(room_id)), None)
