"""The tracks of a conference."""

from uuid import UUID

from flask import request, url_for
from werkzeug.wrappers import Response

from services.sessions.pages.blueprints import blueprint
from services.sessions.pages.desk import Desk
from services.sessions.queries import conferences, drafts
from services.sessions.schemas import ChangeTrackIn, RemoveIn, TrackIn
from services.sessions.usecases import furnishing, removing
from shared.auth import requires
from shared.errors import NotFound, Refusal, Stale
from shared.web import Form, database, see_other

Page = tuple[str, int]


@blueprint.get("/manage/<conference>/tracks")
@requires("agenda:manage")
def track_form(conference: str) -> Page:
    return _show_tracks(conference, Form(TrackIn, color="#5b6770"))


def _show_tracks(slug: str, form: Form, status: int = 200) -> Page:
    with database().read() as db:
        desk = Desk(db, slug)
        tracks = conferences.list_tracks(db, desk.conference.id)
        return desk.render("tracks.html", form=form, tracks=tracks), status


@blueprint.post("/manage/<conference>/tracks")
@requires("agenda:manage")
def add_track(conference: str) -> Response | Page:
    form = Form(TrackIn, request.form)
    try:
        wanted = form.load()
        with database().write() as db:
            furnishing.add_track(db, slug=conference, **wanted)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _show_tracks(conference, form, refusal.status)
    return see_other(url_for(".track_form", conference=conference, done="saved"))


@blueprint.get("/manage/<conference>/tracks/<uuid:track_id>")
@requires("agenda:manage")
def change_track_form(conference: str, track_id: UUID) -> Page:
    return _show_track(conference, track_id, None)


def _show_track(
    slug: str, track_id: UUID, form: Form | None, refusal: Refusal | None = None, removal: Form | None = None
) -> Page:
    with database().read() as db:
        desk = Desk(db, slug)
        tracks = conferences.list_tracks(db, desk.conference.id)
        track = next((one for one in tracks if one.id == track_id), None)
        if track is None:
            raise NotFound
        if form is None:
            form = Form(ChangeTrackIn, version=track.version, name=track.name, color=track.color)
        elif isinstance(refusal, Stale):
            form.values = form.values.copy()
            form.values["version"] = str(track.version)
        page = desk.render(
            "track.html",
            form=form,
            track=track,
            removal=removal or Form(RemoveIn),
            used=len(drafts.list_sessions_of_track(db, desk.conference.id, track.id)),
            others=[(str(one.id), one.name) for one in tracks if one.id != track.id],
            is_stale=isinstance(refusal, Stale),
        )
    return page, refusal.status if refusal else 200


@blueprint.post("/manage/<conference>/tracks/<uuid:track_id>")
@requires("agenda:manage")
def change_track(conference: str, track_id: UUID) -> Response | Page:
    form = Form(ChangeTrackIn, request.form)
    try:
        wanted = form.load()
        with database().write() as db:
            furnishing.change_track(db, slug=conference, track_id=track_id, **wanted)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _show_track(conference, track_id, form, refusal)
    return see_other(url_for(".track_form", conference=conference, done="saved"))


@blueprint.post("/manage/<conference>/tracks/<uuid:track_id>/remove")
@requires("agenda:manage")
def remove_track(conference: str, track_id: UUID) -> Response | Page:
    form = Form(RemoveIn, request.form)
    try:
        wanted = form.load()
        with database().write() as db:
            removing.remove_track(db, slug=conference, track_id=track_id, **wanted)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _show_track(conference, track_id, None, refusal, form)
    return see_other(url_for(".track_form", conference=conference, done="removed"))
