"""Importing a schedule file: what it would change is shown first, then it goes into the draft."""

from flask import request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from services.sessions.pages.blueprints import blueprint
from services.sessions.pages.desk import Desk
from services.sessions.queries import conferences
from services.sessions.schedules.reader import LARGEST_FILE
from services.sessions.schemas import WaitingFileIn
from services.sessions.usecases import import_schedule, read_import
from services.sessions.usecases.importing import ImportReport, told
from shared.auth import requires
from shared.clock import now
from shared.errors import Invalid, NotFound, Refusal
from shared.files import Shelf
from shared.web import Form, database, see_other, settings

Page = tuple[str, int]
GONE = "The file has waited for over a day and is gone; choose it again."


@blueprint.get("/manage/<conference>/import")
@requires("agenda:manage")
def import_form(conference: str) -> Page:
    return _show(conference, Form(WaitingFileIn))


def _show(
    slug: str, form: Form, report: ImportReport | None = None, *, waiting: str = "", status: int = 200
) -> Page:
    with database().read() as db:
        desk = Desk(db, slug)
        return desk.render("import.html", form=form, report=report, waiting=waiting), status


@blueprint.post("/manage/<conference>/import")
@requires("agenda:manage")
def look_at_import(conference: str) -> Page:
    """Say what the file would change, and keep it for a day."""
    form = Form(WaitingFileIn)
    try:
        content, filename = _uploaded(request.files.get("file"))
        form = Form(WaitingFileIn, filename=filename)
        report = _run(conference, content, filename, only_looking=True)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        if not refusal.fields:
            refusal.fields = {"file": [refusal.detail]}
        form.refuse(refusal)
        return _show(conference, form, status=refusal.status)
    return _show(conference, form, report, waiting=_shelf().put(content))


@blueprint.get("/manage/<conference>/import/findings.txt")
@requires("agenda:manage")
def list_findings(conference: str) -> Response:
    """All that was found in the file that was looked at, a line each."""
    wanted = Form(WaitingFileIn, request.args).load()
    report = _run(conference, _waiting(wanted["waiting"]), wanted["filename"], only_looking=True)
    response = Response("".join(f"{told(one)}\n" for one in report.findings), mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="{conference}-findings.txt"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/manage/<conference>/import/take")
@requires("agenda:manage")
def take_import(conference: str) -> Response | Page:
    """Bring the file that was looked at into the draft."""
    form = Form(WaitingFileIn, request.form)
    try:
        wanted = form.load()
        _run(conference, _waiting(wanted["waiting"]), wanted["filename"], only_looking=False)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        form.refuse(refusal)
        return _show(conference, form, status=refusal.status)
    return see_other(url_for(".overview", conference=conference, done="imported"))


def _uploaded(upload: FileStorage | None) -> tuple[bytes, str]:
    if upload is None or not upload.filename:
        raise Invalid(fields={"file": ["Choose a file."]})
    return upload.stream.read(LARGEST_FILE + 1), upload.filename[:200]


def _waiting(name: str) -> bytes:
    try:
        return _shelf().get(name)
    except NotFound as error:
        raise Invalid(fields={"file": [GONE]}) from error


def _run(slug: str, content: bytes, filename: str, *, only_looking: bool) -> ImportReport:
    """Raises a Refusal for a file that cannot be brought in."""
    with database().read() as db:  # a large file takes seconds to read, and nobody else has to wait for it
        conferences.get_conference(db, slug)  # an import would make one that is not there
        schedule = read_import(db, content, filename=filename, conference_slug=slug)
    with database().write() as db:
        report = import_schedule(db, schedule, conference_slug=slug, draft=True, now=now())
        if only_looking:
            db.rollback()
    return report


def _shelf() -> Shelf:
    return Shelf(settings().data_dir / "sessions" / "waiting")
