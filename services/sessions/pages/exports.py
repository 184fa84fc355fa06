"""The public programme for calendars and apps."""

from collections.abc import Callable

from flask import Response

from services.sessions.models import Conference
from services.sessions.pages.blueprints import blueprint
from services.sessions.queries import conferences
from services.sessions.usecases.exporting import Export, Exports, exports_of
from shared.auth import public
from shared.db import Transaction
from shared.web import database, etag_response, settings
from shared.web.context import context

Build = Callable[[Exports, Transaction, Conference, str], Export]


@blueprint.get("/<conference>/calendar.ics")
@public
def calendar(conference: str) -> Response:
    """The whole public programme, to subscribe to."""
    return _answer(conference, Exports.calendar, "text/calendar")


@blueprint.get("/<conference>/schedule.xml")
@public
def schedule_xml(conference: str) -> Response:
    return _answer(conference, Exports.xml, "application/xml")


@blueprint.get("/<conference>/schedule.json")
@public
def schedule_json(conference: str) -> Response:
    return _answer(conference, Exports.json, "application/json")


def _answer(slug: str, build: Build, mimetype: str) -> Response:
    with database().read() as db:
        conference = conferences.get_shown_conference(db, slug)
        export = build(exports_of(context().cache), db, conference, settings().base_url.rstrip("/"))
    return etag_response(
        export.body,
        mimetype=mimetype,
        max_age=settings().export_max_age,
        last_modified=export.last_modified,
        etag=export.etag,
    )
