"""The conference itself: creating one, and its settings."""

from flask import request, url_for
from werkzeug.wrappers import Response

from services.sessions.pages.blueprints import blueprint
from services.sessions.pages.desk import Desk
from services.sessions.pages.photos import take_picture
from services.sessions.queries import conferences
from services.sessions.schemas import STATES, ConferenceIn, SettingsIn
from services.sessions.usecases import conferences as cases
from shared.auth import requires
from shared.clock import now
from shared.errors import Refusal, Stale
from shared.web import Form, database, render, see_other

Page = tuple[str, int]
SIDES = {"logo": 512, "image": 1600}  # pixels
SETTINGS = ("name", "tagline", "welcome", "venue", "accent", "state", "version")


@blueprint.get("/manage/")
@requires("platform")
def conference_list() -> Page:
    return _show_list(Form(ConferenceIn, zone="Europe/Brussels", day_count=3))


def _show_list(form: Form, status: int = 200) -> Page:
    with database().read() as db:
        everything = conferences.list_conferences(db)
    return render("sessions/manage/index.html", form=form, conferences=everything), status


@blueprint.post("/manage/")
@requires("platform")
def create_conference() -> Response | Page:
    form = Form(ConferenceIn, request.form)
    try:
        wanted = form.load()
        with database().write() as db:
            made = cases.create_conference(db, **wanted, now=now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _show_list(form, refusal.status)
    return see_other(url_for(".settings_form", conference=made.slug))


@blueprint.get("/manage/<conference>/settings")
@requires("agenda:manage")
def settings_form(conference: str) -> Page:
    return _show_settings(conference, None)


def _show_settings(slug: str, form: Form | None, refusal: Refusal | None = None) -> Page:
    with database().read() as db:
        desk = Desk(db, slug)
        if form is None:
            form = Form(SettingsIn, **{name: getattr(desk.conference, name) for name in SETTINGS})
        elif isinstance(refusal, Stale):
            form.values = form.values.copy()
            form.values["version"] = str(desk.conference.version)
        page = desk.render(
            "settings.html",
            form=form,
            states=list(STATES.items()),
            days=conferences.list_days(db, desk.conference.id),
            rooms=conferences.list_rooms(db, desk.conference.id),
            is_stale=isinstance(refusal, Stale),
        )
    return page, refusal.status if refusal else 200


@blueprint.post("/manage/<conference>/settings")
@requires("agenda:manage")
def change_settings(conference: str) -> Response | Page:
    form = Form(SettingsIn, request.form)
    try:
        wanted = form.load()
        version = wanted.pop("version")
        logo, image = (
            take_picture(wanted, request.files.get(name), field=name, side=side)
            for name, side in SIDES.items()
        )
        with database().write() as db:
            changed = cases.Settings(**wanted, logo=logo, image=image)
            cases.change_settings(db, slug=conference, version=version, settings=changed, now=now())
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _show_settings(conference, form, refusal)
    return see_other(url_for(".settings_form", conference=conference, done="saved"))
