"""The door as its staff sees it: pairing a phone, scanning with it, taking a scan back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Response, make_response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.badges import queries
from services.badges.errors import DeviceRevoked, PairingSpent
from services.badges.models import Conference
from services.badges.pages.blueprint import blueprint
from services.badges.pages.visitors import find_doorkeeper, require_patience, set_door_cookie
from services.badges.queries import door as find
from services.badges.queries import scans
from services.badges.rules import door
from services.badges.schemas import DoorArgs, NonceIn, PairingCodeIn, ScanForm
from services.badges.usecases.answering import door_answer, scan_answer
from services.badges.usecases.doors import Doorkeeper, doors_of
from services.badges.usecases.pairing import pair_device
from services.badges.usecases.scanning import scan_badge
from services.badges.usecases.undoing import undo_own_scan
from shared.auth import public
from shared.clock import conference_now, now
from shared.db import Transaction
from shared.errors import Refusal
from shared.ids import new_id
from shared.web import Form, database, render, see_other
from shared.web.context import context
from shared.web.headers import CSP

SCANNER_HEADERS = {
    "Content-Security-Policy": f"{CSP}; script-src 'self' 'wasm-unsafe-eval'; media-src 'self' blob:",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


@blueprint.get("/<conference>/door")
@public
def show_door(conference: str) -> Any:
    """The scanner of a paired device; for others a place to type the code that pairs it."""
    keeper, revoked = _who(conference)
    if keeper is None:
        return _show_unpaired(conference, Form(PairingCodeIn), revoked=revoked)
    return _show_scanner(keeper, Form(ScanForm), DoorArgs().read(request.args))


@blueprint.post("/<conference>/door")
@public
def scan_on_page(conference: str) -> Any:
    """A scan without JavaScript; its answer stands under an address of its own."""
    keeper, revoked = _who(conference)
    if keeper is None:
        return _show_unpaired(conference, Form(PairingCodeIn), revoked=revoked)
    form = Form(ScanForm, request.form)
    try:
        given = form.load()
        answer = scan_badge(doors_of(context().cache, database()), keeper, **given, now=now())
    except DeviceRevoked:
        return _show_unpaired(conference, Form(PairingCodeIn), revoked=True)
    except Refusal as refusal:
        form.refuse(refusal)
        return _show_scanner(keeper, form, {"day": None, "nonce": ""}), refusal.status
    return see_other(url_for(".show_door", conference=conference, day=answer.day_id, nonce=answer.nonce))


@blueprint.post("/<conference>/door/undo")
@public
def undo_on_page(conference: str) -> Any:
    """Take a scan of this device back."""
    keeper, revoked = _who(conference)
    if keeper is None:
        return _show_unpaired(conference, Form(PairingCodeIn), revoked=revoked)
    form = Form(NonceIn, request.form)
    args: Mapping[str, Any] = {"day": None, "nonce": ""}
    try:
        nonce = form.load()["nonce"]
        args = {"day": None, "nonce": nonce}
        with database().write() as db:
            row = queries.get_conference(db, conference)
            undo_own_scan(db, conference=row, device_id=keeper.device_id, nonce=nonce, now=now())
    except Refusal as refusal:
        scanning = Form(ScanForm)
        scanning.refuse(refusal)
        return _show_scanner(keeper, scanning, args), refusal.status
    return see_other(url_for(".show_door", conference=conference, nonce=nonce))


@blueprint.post("/<conference>/door/pair")
@public
def pair_by_code(conference: str) -> Any:
    """Pair this device with a typed code. Every try counts, or the limit would not stop the lucky one."""
    form = Form(PairingCodeIn, request.form)
    try:
        code = form.load()["code"]
        require_patience()
        return _paired(conference, code)
    except PairingSpent:
        form.errors = {"code": ["This code was used, has expired, or is mistyped. Please ask for a new one."]}
        return _show_unpaired(conference, form, status=422)
    except Refusal as refusal:
        form.refuse(refusal)
        return _show_unpaired(conference, form, status=refusal.status)


@blueprint.get("/<conference>/door/in/<secret>")
@public
def show_pairing(conference: str, secret: str) -> Any:
    """One button; programs that only look at links use nothing up."""
    with database().read() as db:
        row = queries.get_conference(db, conference)
        pairing = find.find_pairing(db, row.id, secret, now())
        look = _plain_look(db, row)
        lists = find.list_day_lists(db, row.id)
    if pairing is None:
        return _spent(conference)
    mine = [day for day in lists if str(day.day_id) in pairing.day_ids]
    return render("badges/pair.html", look=look, conference=row, pairing=pairing, lists=mine)


@blueprint.post("/<conference>/door/in/<secret>")
@public
def use_pairing(conference: str, secret: str) -> Any:
    """Use the link up: this device now belongs to the door."""
    try:
        return _paired(conference, secret)
    except PairingSpent:
        return _spent(conference)


def _paired(conference: str, secret: str) -> BaseResponse:
    with database().write() as db:
        row = queries.get_conference(db, conference)
        kept = pair_device(db, conference=row, secret=secret, now=now())
    response = see_other(url_for(".show_door", conference=conference))
    set_door_cookie(response, kept)
    return response


def _spent(conference: str) -> tuple[str, int]:
    require_patience()
    with database().read() as db:
        row = queries.get_conference(db, conference)
        look = _plain_look(db, row) if row.state != "draft" else None
    return render("badges/pairing_spent.html", look=look, slug=conference), 404


def _who(conference: str) -> tuple[Doorkeeper | None, bool]:
    """The device of this conference that asks, and whether it was one until it was revoked."""
    try:
        keeper = find_doorkeeper()
        if keeper is None or keeper.venue.slug != conference:
            return None, False
        return doors_of(context().cache, database()).renewed(keeper.device_id), False
    except DeviceRevoked:
        return None, True


def _show_unpaired(conference: str, form: Form, *, revoked: bool = False, status: int = 0) -> Any:
    """A draft looks as if it were not there; its devices pair by link."""
    with database().read() as db:
        row = queries.get_announced_conference(db, conference)
        look = _plain_look(db, row)
    page = render("badges/unpaired.html", look=look, conference=row, form=form, revoked=revoked)
    return page, status or (401 if revoked else 200)


def _show_scanner(keeper: Doorkeeper, form: Form, args: Mapping[str, Any]) -> Response:
    venue = keeper.venue
    with database().read() as db:
        row = queries.get_conference(db, venue.slug)
        look = _plain_look(db, row)
        counts = find.count_lists(db, venue.id, keeper.lists)
        answered = (
            scans.find_answer(db, device_id=keeper.device_id, nonce=args["nonce"]) if args["nonce"] else None
        )
    at = conference_now(venue.clock_offset)
    state = door_answer(name=keeper.name, zone=venue.zone, lists=keeper.lists, counts=counts, now=at)
    chosen = args["day"] or (answered.day_id if answered else None) or state["preferred"]
    response = make_response(
        render(
            "badges/door.html",
            look=look,
            conference=row,
            form=form,
            door=state,
            chosen=next((day for day in state["lists"] if day["day_id"] == chosen), None),
            answer=scan_answer(answered) if answered else None,
            can_be_undone=bool(answered and now() - answered.received_at < door.UNDO_WITHIN),
            nonce=str(new_id()),
        )
    )
    response.headers.update(SCANNER_HEADERS)
    return response


def _plain_look(db: Transaction, conference: Conference) -> Any:
    """The conference's look without its ways to elsewhere: nobody at the door wants to leave by accident."""
    return replace(
        queries.dress(db, conference), nav=(), home=url_for(".show_door", conference=conference.slug)
    )
