"""Passing a signed-in browser on to another service, with a fresh token for it."""

from typing import Any

from flask import make_response, redirect, request, url_for

from services.registration.pages.blueprint import blueprint
from services.registration.pages.visitors import find_organiser, find_participant, is_https
from services.registration.queries.access import Organiser, Participant
from services.registration.rules.access import PLATFORM, organiser_scopes
from services.registration.rules.paths import Target, require_target
from services.registration.usecases.tokens import token_for
from shared.auth import public
from shared.auth.handoff import set_token_cookie
from shared.clock import now
from shared.web import database, render, see_other


@blueprint.route("/continue", methods=["GET", "POST"])
@public
def pass_on() -> Any:
    """To the local path in `to`; a POST goes on with what it carries."""
    target = require_target(request.args.get("to", ""))
    with database().read() as db:
        organiser = find_organiser(db)
        participant = find_participant(db)
        if not _knows(target, organiser, participant):
            return _ask(target)
        token = ""
        if target.audience != "registration" and not _is_too_wide(target, organiser):
            token = token_for(db, target=target, organiser=organiser, participant=participant, now=now())
    if _is_too_wide(target, organiser):
        return see_other(url_for("registration.dashboard"))
    response = make_response(redirect(target.path, 307 if request.method == "POST" else 303))
    if token:
        set_token_cookie(response, target.audience, token, secure=is_https())
    return response


def _knows(target: Target, organiser: Organiser | None, participant: Participant | None) -> bool:
    return organiser is not None or (participant is not None and not target.managing)


def _is_too_wide(target: Target, organiser: Organiser | None) -> bool:
    """An organiser of single conferences chooses one on the dashboard first."""
    if target.conference is not None or target.audience == "registration":
        return False
    return organiser is None or PLATFORM not in organiser_scopes(organiser.grants, None)


def _ask(target: Target) -> Any:
    """Sign in first; what a form carried waits on the page to be sent again."""
    if request.method == "GET":
        return see_other(url_for("registration.sign_in", to=target.path))
    fields = [(name, value) for name, values in request.form.lists() for value in values]
    page = render(
        "registration/send_again.html",
        to=target.path,
        fields=fields,
        had_files=bool(request.files),
    )
    return page, 401
