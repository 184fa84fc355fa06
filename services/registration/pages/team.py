"""Who organises a conference: the list, and inviting one more."""

from typing import Any

from flask import request, url_for

from services.registration.pages.blueprint import blueprint
from services.registration.pages.visitors import require_patience, site
from services.registration.queries import access, conferences
from services.registration.schemas import OrganiserIn
from services.registration.usecases.signing_in import add_organiser
from shared.auth import requires
from shared.clock import now
from shared.errors import Refusal
from shared.web import Form, database, render, see_other


@blueprint.get("/manage/<conference>/team")
@requires("reg:manage")
def team(conference: str) -> Any:
    return _show(conference, Form(OrganiserIn))


@blueprint.post("/manage/<conference>/team")
@requires("reg:manage")
def invite(conference: str) -> Any:
    """Grant this conference to somebody, and mail them the way in."""
    form = Form(OrganiserIn, request.form)
    try:
        address = form.load()["address"]
        require_patience("invitation")
        with database().write() as db:
            found = conferences.get_conference(db, conference)
            add_organiser(db, conference=found, address=address, site=site(), now=now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _show(conference, form), refusal.status
    return see_other(url_for("registration.team", conference=conference, invited="1"))


def _show(conference: str, form: Form) -> str:
    with database().read() as db:
        found = conferences.get_conference(db, conference)
        return render(
            "registration/team.html",
            look=conferences.dress(db, found, managing=True),
            conference=found,
            organisers=access.list_organisers(db, conference),
            form=form,
            invited=bool(request.args.get("invited")),
        )
