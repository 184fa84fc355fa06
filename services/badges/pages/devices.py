"""The organisers' page of the door: who is in, which devices are paired, and what was scanned last."""

from typing import Any
from uuid import UUID

from flask import request, url_for

from services.badges import queries
from services.badges.pages.blueprint import blueprint
from services.badges.queries import door as find
from services.badges.rules import door
from services.badges.schemas import ArrivalsOut, InvitationIn, ScanIdIn
from services.badges.usecases.answering import arrivals, list_answers
from services.badges.usecases.pairing import Invitation, invite_device, revoke_device
from services.badges.usecases.undoing import undo_scan
from shared.auth import principal, requires
from shared.clock import now
from shared.errors import Refusal
from shared.web import Form, database, qr, render, see_other, settings
from shared.web.context import absolute
from shared.web.responses import json_response

RECENT = 20


@blueprint.get("/manage/<conference>/door")
@requires("badge:print")
def show_devices(conference: str) -> str:
    return _show(conference, None)


@blueprint.post("/manage/<conference>/door")
@requires("badge:print")
def invite(conference: str) -> Any:
    """Make a link, a QR code and a short code that pair one device; they are shown this once."""
    form = Form(InvitationIn, request.form)
    who = principal()
    try:
        given = form.load()
        with database().write() as db:
            invitation = invite_device(
                db,
                conference=queries.get_conference(db, conference),
                **given,
                by=who.subject if who else "",
                minutes=settings().pairing_minutes,
                now=now(),
            )
    except Refusal as refusal:
        form.refuse(refusal)
        return _show(conference, form), refusal.status
    return _show(conference, None, invitation)


@blueprint.get("/manage/<conference>/door/arrivals")
@requires("badge:print")
def show_arrivals(conference: str) -> Any:
    """The same as in the API; from here a browser is sent for a fresh token when its own has expired."""
    with database().read() as db:
        told = arrivals(db, queries.get_conference(db, conference))
    return json_response(ArrivalsOut().dump(told))


@blueprint.post("/manage/<conference>/door/devices/<uuid:device_id>/revoke")
@requires("badge:print")
def revoke(conference: str, device_id: UUID) -> Any:
    """Take a device off the door."""
    with database().write() as db:
        row = queries.get_conference(db, conference)
        revoke_device(db, conference=row, device_id=device_id, now=now())
    return see_other(url_for(".show_devices", conference=conference))


@blueprint.post("/manage/<conference>/door/undo")
@requires("badge:print")
def undo_any(conference: str) -> Any:
    """Take any scan of the last 15 minutes back."""
    form = Form(ScanIdIn, request.form)
    try:
        with database().write() as db:
            row = queries.get_conference(db, conference)
            undo_scan(db, conference=row, scan_id=form.load()["scan_id"], device_id=None, now=now())
    except Refusal as refusal:
        shown = Form(InvitationIn)
        shown.refuse(refusal)
        return _show(conference, shown), refusal.status
    return see_other(url_for(".show_devices", conference=conference))


def _show(conference: str, form: Form | None, invitation: Invitation | None = None) -> str:
    with database().read() as db:
        row = queries.get_conference(db, conference)
        lists = find.list_day_lists(db, row.id)
        counts = find.count_lists(db, row.id, lists)
        devices = find.list_devices(db, row.id)
        recent = find.list_recent_scans(db, row.id, limit=RECENT)
        waiting = find.count_open_pairings(db, row.id, now())
        look = queries.dress(db, row, managing=True)
    link = (
        absolute(url_for(".show_pairing", conference=conference, secret=invitation.secret))
        if invitation
        else ""
    )
    return render(
        "badges/devices.html",
        look=look,
        conference=row,
        form=form or Form(InvitationIn, day_ids=[day.day_id for day in lists]),
        lists=list_answers(lists, counts),
        devices=devices,
        recent=recent,
        titles={day["day_id"]: day["title"] for day in list_answers(lists, counts)},
        explain=door.explain,
        undo_from=now() - door.UNDO_WITHIN,
        waiting=waiting,
        invitation=invitation,
        link=link,
        door_address=absolute(url_for(".show_door", conference=conference)),
        code=qr.link_svg(link) if link else None,
    )
