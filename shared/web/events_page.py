"""The operator's page of a service: what waits on its bus, what is parked, and the button that tries it again."""

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from shared.auth import principal, requires
from shared.auth.handoff import PATHS
from shared.bus.masking import shown
from shared.bus.parked import get_parked, list_failing, list_parked, try_again
from shared.bus.publisher import BusAway
from shared.bus.queues import Queues, queues_of
from shared.bus.status import bus_status, in_words
from shared.clock import now
from shared.web.context import context, database
from shared.web.pages import render
from shared.web.responses import see_other

MOST = 100
MOST_FAILING = 20
LABELS = {
    "registration": "Registration",
    "sessions": "Sessions",
    "badges": "Badges",
    "streaming_gateway": "Livestream",
}

blueprint = Blueprint("events", __name__)


@blueprint.get("")
@requires("platform")
def overview() -> str:
    with database().read() as db:
        status = bus_status(db, now())
        failing = [shown(row) for row in list_failing(db, MOST_FAILING)]
        parked = [shown(row) for row in list_parked(db, MOST)]
    queues, broker = _queues()
    return render(
        "events.html",
        status=status,
        failing=failing,
        parked=parked,
        queues=queues,
        broker=broker,
        words=in_words,
        notice=_notice(),
        **_frame(),
    )


@blueprint.post("")
@requires("platform")
def try_all_again() -> Response:
    with database().write() as db:
        count = try_again(db, None, now(), by=_who())
    return see_other(url_for(".overview", again=count))


@blueprint.get("/<uuid:event_id>")
@requires("platform")
def parked_event(event_id: UUID) -> str:
    with database().read() as db:
        events = [shown(row) for row in get_parked(db, event_id)]
    texts = [json.dumps(event.data, ensure_ascii=False, indent=2) for event in events]
    return render("events_parked.html", events=list(zip(events, texts, strict=True)), **_frame())


@blueprint.post("/<uuid:event_id>")
@requires("platform")
def try_one_again(event_id: UUID) -> Response:
    with database().write() as db:
        count = try_again(db, [event_id], now(), by=_who())
    return see_other(url_for(".overview", again=count))


def _frame() -> dict[str, Any]:
    """What both pages say of where they are."""
    tabs = [(label, f"{PATHS[name]}/manage/events") for name, label in LABELS.items()]
    return {"service": LABELS[context().name], "tabs": tabs, "here": url_for(".overview")}


def _queues() -> tuple[Queues | None, str]:
    """What the broker holds, or why that is not known."""
    try:
        return queues_of(context().settings.bus_url, context().name), ""
    except BusAway as error:
        return None, str(error)


def _notice() -> str:
    count = request.args.get("again", default=0, type=int)
    if count == 1:
        return "It is being tried again. If it fails once more, it comes back here with the newest reason."
    if count > 1:
        return f"{count} events are being tried again. Those that fail come back here with the newest reason."
    return ""


def _who() -> str:
    who = principal()
    return who.subject if who else ""
