"""The public programme for calendars and apps."""

from flask import Response, request

from services.sessions.pages.blueprints import blueprint
from services.sessions.pages.views import subscribe_links
from services.sessions.queries import conferences
from services.sessions.schemas import CalendarIn
from services.sessions.usecases.calendars import calendars_of
from services.sessions.usecases.exporting import get_schedule
from services.sessions.usecases.keeping import Export, kept_of
from services.sessions.usecases.narrowing import query_of
from shared.auth import public
from shared.web import Form, database, etag_response, qr, settings
from shared.web.context import context


@blueprint.get("/<conference>/calendar.ics")
@public
def calendar(conference: str) -> Response:
    """The public programme to subscribe to, narrowed as its page is."""
    wanted = Form(CalendarIn, request.args).load()
    with database().read() as db:
        row = conferences.get_shown_conference(db, conference)
        export = calendars_of(context().cache).get(db, row, _base_url(), wanted)
    return send_export(export, "text/calendar")


@blueprint.get("/<conference>/calendar.svg")
@public
def calendar_code(conference: str) -> Response:
    """The address of that calendar as a QR code, for phones: they ask whether to subscribe."""
    query = query_of(Form(CalendarIn, request.args).load())
    with database().read() as db:
        conferences.get_shown_conference(db, conference)
    address = f"{_base_url()}/sessions/{conference}/calendar.ics"
    links = subscribe_links(f"{address}?{query}" if query else address, "")
    image = qr.svg_image(qr.link_svg(links["webcal"]))
    return etag_response(image.encode(), mimetype="image/svg+xml", max_age=settings().export_max_age)


@blueprint.get("/<conference>/schedule.xml")
@public
def schedule_xml(conference: str) -> Response:
    return _schedule(conference, "xml")


@blueprint.get("/<conference>/schedule.json")
@public
def schedule_json(conference: str) -> Response:
    return _schedule(conference, "json")


def _schedule(slug: str, form: str) -> Response:
    with database().read() as db:
        conference = conferences.get_shown_conference(db, slug)
        export = get_schedule(db, kept_of(context().cache), conference, _base_url(), form)
    return send_export(export, f"application/{form}")


def _base_url() -> str:
    return str(settings().base_url).rstrip("/")


def send_export(export: Export, mimetype: str) -> Response:
    """A finished file, to be kept for a while and asked for by its ETag."""
    return etag_response(
        export.body,
        mimetype=mimetype,
        max_age=settings().export_max_age,
        last_modified=export.last_modified,
        etag=export.etag,
    )
