"""Calls of the devices at the door, and of the organisers who watch them."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response

from services.badges import queries
from services.badges.api.blueprint import blueprint
from services.badges.queries import door as find
from services.badges.queries import scans
from services.badges.rules import door
from services.badges.schemas import ArrivalsOut, DoorOut, ReasonsOut, ScanIn, ScanOut
from services.badges.usecases.answering import OUTCOMES, arrivals, door_answer, scan_answer
from services.badges.usecases.doors import DOOR_COOKIE, Doorkeeper, Doors, doors_of
from services.badges.usecases.scanning import scan_badge
from services.badges.usecases.undoing import undo_own_scan
from shared.auth import principal, public, requires
from shared.auth.handoff import secret_in
from shared.clock import conference_now, now
from shared.errors import NotFound
from shared.web import database
from shared.web.context import Context, context
from shared.web.problems import Problem
from shared.web.responses import json_response
from shared.web.shortcut import Shortcut

SCAN_IN, SCAN_OUT = ScanIn(), ScanOut()


@blueprint.get("/scan-outcomes")
@public
@blueprint.response(200, ReasonsOut)
def list_outcomes() -> dict[str, Any]:
    """Every outcome of a scan with its HTTP status and its sentence, for scanners that work without a network."""
    return {"outcomes": OUTCOMES, "details": door.DETAILS}


@blueprint.post("/conferences/<conference>/scans")
@requires("door:scan")
@blueprint.arguments(SCAN_IN)
@blueprint.response(200, SCAN_OUT)
@blueprint.alt_response(201, schema=SCAN_OUT)
@blueprint.alt_response(401, schema=Problem)
def scan(given: dict[str, Any], conference: str) -> Any:
    """Scan a badge for a list. 201: let in; 200: refused, and kept in the history; decide on the body.

    The same nonce of a device always gets the first answer. A device whose pairing was withdrawn gets 401 with the
    code device_revoked, and one that was never paired unpaired.
    """
    doors, keeper = _door()
    answer = scan_badge(doors, keeper, **given, now=now())
    return scan_answer(answer), door.STATUS_OF[answer.reason]


@blueprint.delete("/conferences/<conference>/scans/<nonce>")
@requires("door:scan")
@blueprint.response(200, ScanOut)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
@blueprint.alt_response(409, schema=Problem)
def undo(conference: str, nonce: str) -> dict[str, Any]:
    """Take back a scan of this device within 15 minutes; again changes nothing. Both stay in the history."""
    doors, keeper = _door()
    device_id = doors.renewed(keeper.device_id).device_id
    with database().write() as db:
        row = queries.get_conference(db, conference)
        undo_own_scan(db, conference=row, device_id=device_id, nonce=nonce, now=now())
        answer = scans.find_answer(db, device_id=device_id, nonce=nonce)
    if answer is None:
        raise NotFound
    return scan_answer(answer)


@blueprint.get("/conferences/<conference>/door")
@requires("door:scan")
@blueprint.response(200, DoorOut)
@blueprint.alt_response(304)
@blueprint.alt_response(401, schema=Problem)
def show_door(conference: str) -> Response:
    """This device and its lists with their counts; poll it with the ETag."""
    doors, keeper = _door()
    keeper = doors.renewed(keeper.device_id)
    with database().read() as db:
        counts = find.count_lists(db, keeper.venue.id, keeper.lists)
    at = conference_now(keeper.venue.clock_offset)
    answer = door_answer(name=keeper.name, zone=keeper.venue.zone, lists=keeper.lists, counts=counts, now=at)
    return json_response(DoorOut().dump(answer))


@blueprint.get("/conferences/<conference>/arrivals")
@requires("badge:print")
@blueprint.response(200, ArrivalsOut)
@blueprint.alt_response(304)
@blueprint.alt_response(404, schema=Problem)
def show_arrivals(conference: str) -> Response:
    """Who is in, by day, and when each device was last heard of; poll it with the ETag."""
    with database().read() as db:
        row = queries.get_conference(db, conference)
        told = arrivals(db, row)
    return json_response(ArrivalsOut().dump(told))


def scan_quickly(
    context: Context, environ: Mapping[str, Any], path: re.Match[str], body: Any
) -> tuple[int, Any] | None:
    """The same as `scan` for a paired device whose request is in order."""
    at, secret = now(), secret_in(environ, DOOR_COOKIE)
    doors = doors_of(context.cache, context.database)
    keeper = doors.find(secret, at) if secret else None
    if keeper is None or keeper.venue.slug != path["conference"]:
        return None
    answer = scan_badge(doors, keeper, **SCAN_IN.load(body), now=at)
    return door.STATUS_OF[answer.reason], scan_answer(answer)


SCAN_SHORTCUT = Shortcut(
    endpoint="badges_api.scan",
    path=re.compile(r"/badges/api/v1/conferences/(?P<conference>[^/]+)/scans"),
    answer=scan_quickly,
)


def _door() -> tuple[Doors, Doorkeeper]:
    """The device that asks, as far as this process remembers it; the guard has found it."""
    who = principal()
    assert who is not None  # noqa: S101 - the guard has seen to it
    doors = doors_of(context().cache, database())
    return doors, doors.get(UUID(who.subject))
