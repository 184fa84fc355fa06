"""How a conference registers: open or closed, with approval or without, and the places of each day."""

from typing import Any

from flask import request, url_for

from services.registration.models import Day
from services.registration.pages.blueprint import blueprint
from services.registration.queries import conferences
from services.registration.schemas import settings_schema
from services.registration.usecases.conferences import change_settings
from shared.auth import requires
from shared.errors import Refusal
from shared.web import Form, database, render, see_other


@blueprint.get("/manage/<conference>/settings")
@requires("reg:manage")
def conference_settings(conference: str) -> Any:
    return _show(conference, None)


@blueprint.post("/manage/<conference>/settings")
@requires("reg:manage")
def save_settings(conference: str) -> Any:
    with database().read() as db:
        days = conferences.list_offered_days(db, conferences.get_conference(db, conference).id)
    form = Form(_schema(days), request.form)
    try:
        data = form.load()
    except Refusal as refusal:
        return _show(conference, form), refusal.status
    capacities = {day.id: data.pop(f"capacity_{day.id}") for day in days}
    with database().write() as db:
        found = conferences.get_conference(db, conference)
        warnings = change_settings(db, conference=found, **data, capacities=capacities)
    if warnings:
        return _show(conference, form, warnings)
    return see_other(url_for("registration.conference_settings", conference=conference, saved="1"))


def _show(conference: str, form: Form | None, warnings: list[str] | None = None) -> str:
    with database().read() as db:
        found = conferences.get_conference(db, conference)
        days = conferences.list_offered_days(db, found.id)
        if form is None:
            capacities: dict[str, Any] = {f"capacity_{day.id}": day.capacity for day in days}
            form = Form(
                _schema(days),
                registration_open="true" if found.registration_open else None,
                approval_needed="true" if found.approval_needed else None,
                newcomer_hint=found.newcomer_hint,
                **capacities,
            )
        return render(
            "registration/settings.html",
            look=conferences.dress(db, found, managing=True),
            conference=found,
            days=days,
            form=form,
            warnings=warnings or [],
            saved=bool(request.args.get("saved")),
        )


def _schema(days: list[Day]) -> Any:
    return settings_schema([str(day.id) for day in days])
