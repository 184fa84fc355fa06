"""The live page: the same bytes for everybody on a public day, an own page for those who may watch a closed one."""

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from services.streaming_gateway import queries, usecases
from services.streaming_gateway.media.audience import INTERVAL, Audience
from services.streaming_gateway.models import Conference
from services.streaming_gateway.pages.blueprint import blueprint
from services.streaming_gateway.rules import LiveView
from services.streaming_gateway.schemas import HeartbeatIn, LiveOut
from shared.auth import principal, public, requires
from shared.clock import now
from shared.db import Transaction
from shared.errors import Invalid, TooManyTries
from shared.web import database, etag_response, render, settings
from shared.web.context import context
from shared.web.headers import CSP
from shared.web.responses import tag_of

POLL_SECONDS = 1
COUNT_EVERY = 15.0  # seconds between two counts that are told to others
PLAYER_CSP = f"{CSP}; media-src 'self' blob:; worker-src 'self' blob:"


@blueprint.get("/<conference>/")
@public
def show_live(conference: str) -> Response:
    """For everybody, so one answer serves all who ask at the moment; a closed day's page invites."""
    return _player(etag_response(_page(conference), mimetype="text/html"))


@blueprint.get("/<conference>/state.json")
@public
def show_state(conference: str) -> Response:
    """What the live page asks every second; it changes only when the page does."""
    return etag_response(_state(conference), mimetype="application/json")


@blueprint.get("/<conference>/me")
@requires("reg:self")
def show_own_live(conference: str) -> Response:
    """For an attendee: also the closed days that they may attend."""
    return _player(etag_response(_page(conference, own=True), mimetype="text/html", private=True))


@blueprint.get("/<conference>/me/state.json")
@requires("reg:self")
def show_own_state(conference: str) -> Response:
    """The same as the public state, with links that open a closed stage for ten minutes."""
    return etag_response(_state(conference, own=True), mimetype="application/json", private=True)


@blueprint.post("/<conference>/heartbeat")
@public
def beat(conference: str) -> Response:
    """A page says that it is still watching; nothing about it is kept but a random id, in memory, for 50 seconds."""
    given = HeartbeatIn().read(_json_object())
    with database().read() as db:
        row = queries.get_announced_conference(db, conference)
        stage = queries.get_stage(db, row.id, given["stage"])
    steady, audience = time.monotonic(), audience_here()
    if not audience.beat(stage.id, given["page"], request.remote_addr or "", steady=steady):
        raise TooManyTries
    viewers = audience.count(stage.id, steady=steady)
    if viewers != stage.viewers and audience.is_due(stage.id, every=COUNT_EVERY, steady=steady):
        with database().write() as db:
            usecases.count_audience(db, stage_id=stage.id, viewers=viewers)
    response = Response(status=204)
    response.cache_control.no_store = True
    return response


def audience_here() -> Audience:
    """The viewers that this process knows of."""
    counted: Audience = context().cache.setdefault("audience", Audience())
    return counted


def _page(slug: str, *, own: bool = False) -> bytes:
    with database().read() as db:
        row = queries.get_announced_conference(db, slug)
        view = _view(db, row, own=own)
        look = queries.dress(db, row)
        closed_days = [day for day in queries.list_days(db, row.id) if day.attend == "registered"]
    page = render(
        "streaming_gateway/live.html",
        look=look,
        conference=row,
        view=view,
        closed_days=closed_days,
        own=own,
        state_url=url_for(".show_own_state" if own else ".show_state", conference=slug),
        state_tag=tag_of(_written(view)),
        poll_seconds=POLL_SECONDS,
        beat_seconds=INTERVAL,
        opens_really_at=view.opens_at and view.opens_at - timedelta(seconds=row.clock_offset),
    )
    return page.encode()


def _state(slug: str, *, own: bool = False) -> bytes:
    with database().read() as db:
        return _written(_view(db, queries.get_announced_conference(db, slug), own=own))


def _view(db: Transaction, conference: Conference, *, own: bool) -> LiveView:
    who, own_days = principal(), frozenset[UUID]()
    if own and who is not None:
        own_days = queries.list_own_days(db, conference.id, UUID(who.subject))
    secret = settings().signing_secret
    return queries.live_view(db, conference, now=now(), secret=secret, own_days=own_days)


def _written(view: LiveView) -> bytes:
    """The state of a page; its tag tells a page that is behind."""
    return LiveOut().dumps(view, ensure_ascii=False).encode()


def _player(response: Response) -> Response:
    """A page on which hls.js may run."""
    response.headers["Content-Security-Policy"] = PLAYER_CSP
    return response


def _json_object() -> dict[str, Any]:
    given = request.get_json(force=True, silent=True)
    if not isinstance(given, dict):
        raise Invalid(fields={"": ["A JSON object is needed."]})
    return given
