"""The grid: one page on which sessions are drawn, moved and lengthened between rooms and times."""

from flask import url_for

from services.sessions.pages.blueprints import blueprint
from services.sessions.pages.desk import Desk
from shared.auth import requires
from shared.web import database


@blueprint.get("/manage/<conference>/grid")
@requires("agenda:manage")
def show_grid(conference: str) -> str:
    """Filled by its script from the API; the forms of the draft do the same without it."""
    with database().read() as db:
        desk = Desk(db, conference)
        api = url_for("sessions_api.get_conference", conference=conference)
        return desk.render("grid.html", api=api, session_url=_session_url(conference))


def _session_url(slug: str) -> str:
    """Where sessions are edited; the script adds the id."""
    return url_for("sessions.overview", conference=slug) + "sessions/"
