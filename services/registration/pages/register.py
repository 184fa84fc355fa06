"""The public form, the page after it, and the way back for a lost link."""

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from sqlalchemy.exc import IntegrityError

from services.registration.errors import InstitutionUnclear
from services.registration.models import Day, Institution
from services.registration.pages.blueprint import blueprint
from services.registration.pages.visitors import require_patience, site
from services.registration.queries import conferences, institutions
from services.registration.rules.countries import country_options
from services.registration.rules.states import CONSENTS, is_full, is_open, places_left
from services.registration.schemas import AddressIn, RegistrationForm, SearchArgs, suggestion
from services.registration.usecases.links import send_lost_link
from services.registration.usecases.receiving import receive_registration
from shared.auth import public
from shared.clock import now
from shared.errors import Refusal
from shared.ids import new_secret
from shared.mail.addresses import normalise_address
from shared.web import Form, database, render, see_other


@blueprint.get("/<conference>/")
@public
def form(conference: str) -> Any:
    """The form, or a friendly page while registration is closed."""
    return _show(conference, Form(RegistrationForm, form_key=new_secret()))


@blueprint.post("/<conference>/")
@public
def submit(conference: str) -> Any:
    form = Form(RegistrationForm, request.form.copy())
    try:
        _register_once(conference, form.load(), request.form.get("form_key"))
    except Refusal as refusal:
        form.refuse(refusal)
        matches = refusal.matches if isinstance(refusal, InstitutionUnclear) else None
        return _show(conference, form, matches), refusal.status
    return see_other(url_for("registration.sent", conference=conference))


@blueprint.get("/<conference>/sent")
@public
def sent(conference: str) -> Any:
    """The same page for everybody, so that it tells nobody who is registered."""
    with database().read() as db:
        found = conferences.get_announced_conference(db, conference)
        look = conferences.dress(db, found)
    return render("registration/sent.html", look=look, conference=found)


@blueprint.get("/<conference>/institutions")
@public
def suggest(conference: str) -> Any:
    """Institutions for the field that completes what one types."""
    query = SearchArgs().read(request.args)["q"]
    with database().read() as db:
        found = conferences.get_announced_conference(db, conference)
        return [suggestion(row) for row in institutions.search_institutions(db, found.id, query)]


@blueprint.get("/<conference>/lost-link")
@public
def lost_link(conference: str) -> Any:
    return _show_lost_link(conference, Form(AddressIn))


@blueprint.post("/<conference>/lost-link")
@public
def ask_for_link(conference: str) -> Any:
    form = Form(AddressIn, request.form)
    try:
        address = form.load()["address"]
        require_patience("lost link")
    except Refusal as refusal:
        form.refuse(refusal)
        return _show_lost_link(conference, form), refusal.status
    with database().write() as db:
        found = conferences.get_announced_conference(db, conference)
        send_lost_link(
            db, conference=found, normal_address=normalise_address(address), site=site(), now=now()
        )
    return see_other(url_for("registration.sent", conference=conference))


def _register_once(conference: str, data: dict[str, Any], key: str | None) -> None:
    try:
        _register(conference, data, key)
    except IntegrityError:
        # The same form came twice at the same moment; now the first answer is there to be repeated.
        _register(conference, data, key)


def _register(conference: str, data: dict[str, Any], key: str | None) -> None:
    with database().write() as db:
        receive_registration(db, slug=conference, data=data, key=key, site=site(), now=now())


def _show(conference: str, form: Form, matches: Sequence[Institution] | None = None) -> str:
    with database().read() as db:
        found = conferences.get_announced_conference(db, conference)
        look = conferences.dress(db, found)
        days = conferences.list_offered_days(db, found.id)
    if not is_open(found) or not days:
        return render("registration/closed.html", look=look, conference=found)
    form.values.setdefault("institution_other", form.values.get("institution", ""))
    return render(
        "registration/register.html",
        look=look,
        conference=found,
        form=form,
        days=[_day_choice(day) for day in days],
        countries=country_options(found),
        consents=CONSENTS,
        matches=None if matches is None else [suggestion(match) for match in matches],
    )


def _day_choice(day: Day) -> dict[str, Any]:
    return {"day": day, "full": is_full(day), "left": places_left(day)}


def _show_lost_link(conference: str, form: Form) -> str:
    with database().read() as db:
        found = conferences.get_announced_conference(db, conference)
        look = conferences.dress(db, found)
    return render("registration/lost_link.html", look=look, conference=found, form=form)
