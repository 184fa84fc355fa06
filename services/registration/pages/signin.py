"""Signing in with a mailed link, and signing out."""

from typing import Any

from flask import make_response, request, url_for

from services.registration.errors import LinkUnknown
from services.registration.pages.blueprint import blueprint
from services.registration.pages.visitors import (
    ORGANISER_COOKIE,
    PARTICIPANT_COOKIE,
    find_organiser,
    require_patience,
    set_session_cookie,
    site,
)
from services.registration.queries import access, conferences
from services.registration.rules.paths import Target, require_target
from services.registration.schemas import AddressIn, EmptyIn
from services.registration.usecases import signing_in
from shared.auth import public
from shared.auth.handoff import drop_token_cookies
from shared.clock import now
from shared.errors import NotFound, Refusal
from shared.web import Form, database, render, see_other, settings


@blueprint.get("/sign-in")
@public
def sign_in() -> Any:
    return show_sign_in(Form(AddressIn), _wanted(request.args.get("to", "")))


@blueprint.post("/sign-in")
@public
def ask_to_sign_in() -> Any:
    """The same answer whether the address is known or not."""
    form = Form(AddressIn, request.form)
    target = _wanted(request.form.get("to", ""))
    try:
        address = form.load()["address"]
        require_patience("sign in")
    except Refusal as refusal:
        form.refuse(refusal)
        return show_sign_in(form, target), refusal.status
    limits = settings()
    with database().write() as db:
        signing_in.request_sign_in(
            db,
            address=address,
            to=target.path if target else "",
            site=site(),
            minutes=limits.sign_in_minutes,
            now=now(),
        )
    return see_other(url_for("registration.look_at_mail"))


@blueprint.get("/sign-in/sent")
@public
def look_at_mail() -> Any:
    return render("registration/sign_in_sent.html", minutes=settings().sign_in_minutes)


@blueprint.get("/in/<token>")
@public
def link(token: str) -> Any:
    """One button; programs that only look at links in mails use nothing up."""
    with database().read() as db:
        usable = access.find_sign_in_link(db, token, now()) is not None
    if not usable:
        require_patience("sign-in link")
        return render("registration/sign_in_spent.html"), 404
    return render("registration/sign_in_button.html", form=Form(EmptyIn), token=token)


@blueprint.post("/in/<token>")
@public
def use_link(token: str) -> Any:
    """Use the link up and start a new session; an older one of this browser ends."""
    old = request.cookies.get(ORGANISER_COOKIE)
    try:
        with database().write() as db:
            session, to = signing_in.sign_in(db, secret=token, minutes=settings().session_minutes, now=now())
            if old:
                signing_in.sign_out(db, secrets=(old,), now=now())
    except LinkUnknown:
        require_patience("sign-in link")
        return render("registration/sign_in_spent.html"), 404
    target = _wanted(to)
    if target is None:
        response = see_other(url_for("registration.dashboard"))
    else:
        response = see_other(url_for("registration.pass_on", to=target.path))
    set_session_cookie(response, ORGANISER_COOKIE, session)
    return response


@blueprint.post("/sign-out")
@public
def sign_out() -> Any:
    """End the sessions of this browser, or with `everywhere` all of this organiser's."""
    held = tuple(
        secret for name in (ORGANISER_COOKIE, PARTICIPANT_COOKIE) if (secret := request.cookies.get(name))
    )
    with database().write() as db:
        organiser = find_organiser(db)
        if organiser and request.form.get("everywhere"):
            signing_in.sign_out_everywhere(db, account=organiser.account, now=now())
        signing_in.sign_out(db, secrets=held, now=now())
    response = make_response(see_other(url_for("registration.signed_out")))
    for name in (ORGANISER_COOKIE, PARTICIPANT_COOKIE):
        response.delete_cookie(name, path="/registration")
    drop_token_cookies(response)
    return response


@blueprint.get("/signed-out")
@public
def signed_out() -> Any:
    return render("registration/signed_out.html")


def show_sign_in(form: Form, target: Target | None) -> str:
    """The form for organisers, and for participants the way to their own link."""
    conference = look = None
    if target and target.conference:
        with database().read() as db:
            conference = conferences.find_conference(db, target.conference)
            look = conferences.look_of(db, target.conference)
        if conference and conference.state == "draft":
            conference = look = None
    return render(
        "registration/sign_in.html",
        form=form,
        to=target.path if target else "",
        conference=conference,
        look=look,
        participating=bool(conference and target and not target.managing),
    )


def _wanted(to: str) -> Target | None:
    """Where somebody wants to go after signing in; anything but a local path of ours is dropped."""
    try:
        return require_target(to) if to else None
    except NotFound:
        return None
