"""The institutions of a conference: look one up by any of its names, add one."""

from typing import Any

from flask import request, url_for

from services.registration.pages.blueprint import blueprint
from services.registration.queries import conferences, institutions
from services.registration.rules.countries import country_name, country_options, require_country
from services.registration.schemas import InstitutionIn, InstitutionLinesIn
from services.registration.usecases.institutions import add_institution, import_institutions
from shared.auth import requires
from shared.errors import Refusal
from shared.web import Form, database, render, see_other

MOST = 500


@blueprint.get("/manage/<conference>/institutions")
@requires("reg:manage")
def institution_list(conference: str) -> Any:
    return _show(conference, Form(InstitutionIn))


@blueprint.post("/manage/<conference>/institutions")
@requires("reg:manage")
def new_institution(conference: str) -> Any:
    form = Form(InstitutionIn, request.form)
    try:
        data = form.load()
        names = [
            {"name": line.strip(), "language": ""} for line in data["names"].splitlines() if line.strip()
        ]
        with database().write() as db:
            found = conferences.get_conference(db, conference)
            country = require_country(found, data["country"])
            add_institution(db, conference=found, names=names, country=country, city=data["city"])
    except Refusal as refusal:
        form.refuse(refusal)
        return _show(conference, form), refusal.status
    return see_other(url_for("registration.institution_list", conference=conference))


@blueprint.post("/manage/<conference>/institutions/import")
@requires("reg:manage")
def many_institutions(conference: str) -> Any:
    """Add every line, or none if one of them cannot be read."""
    lines = Form(InstitutionLinesIn, request.form)
    try:
        text = lines.load()["lines"]
        with database().write() as db:
            found = conferences.get_conference(db, conference)
            added, known = import_institutions(db, conference=found, lines=text)
    except Refusal as refusal:
        lines.refuse(refusal)
        return _show(conference, Form(InstitutionIn), lines), refusal.status
    notice = f"{added} added, {known} were there before."
    return _show(conference, Form(InstitutionIn), notice=notice)


def _show(conference: str, form: Form, lines: Form | None = None, notice: str = "") -> str:
    text = request.args.get("q", "")[:200]
    with database().read() as db:
        found = conferences.get_conference(db, conference)
        return render(
            "registration/institutions.html",
            look=conferences.dress(db, found, managing=True),
            conference=found,
            rows=institutions.list_institutions(db, found.id, text=text, limit=MOST),
            most=MOST,
            text=text,
            form=form,
            lines=lines or Form(InstitutionLinesIn),
            notice=notice,
            countries=country_options(found),
            country_name=country_name,
        )
