"""Every refusal and failure, rendered once: as problem+json (RFC 9457) for programs, as a page for people."""

import errno
import json
from typing import Any, cast

import marshmallow as ma
from flask import Flask, Response, request
from markupsafe import escape
from sqlalchemy import exc
from structlog.contextvars import get_contextvars
from werkzeug.exceptions import HTTPException

from shared.errors import NotFound, Refusal
from shared.log import log
from shared.web.context import context, database
from shared.web.look import Look
from shared.web.pages import render
from shared.web.schema import flat_messages

CONTENT_TYPE = "application/problem+json"
# PostgreSQL's codes, and the beginnings of those of troubles that pass: connections, clashes, resources, locks, and
# somebody who ends the server or a session.
DISK_FULL = "53100"
PASSING = ("08", "40", "53", "55P03", "57")
# The same in what is said without a code, by SQLite and by the driver: somebody else holds a lock, the server is away,
# no descriptors are left, or the log next to a SQLite file finds no room.
SOON_OVER = ("locked", "connect", "unable to open database file", "disk I/O error")


class Problem(ma.Schema):
    """The body of every error. `fields` maps field names to what is wrong with them; some codes tell more."""

    class Meta:
        unknown = ma.INCLUDE

    type = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    code = ma.fields.String(required=True, metadata={"description": "Stable, for programs."})
    detail = ma.fields.String(required=True)
    request_id = ma.fields.String()
    wrong_fields = ma.fields.Dict(
        keys=ma.fields.String(), values=ma.fields.List(ma.fields.String()), data_key="fields"
    )


class Unavailable(Refusal):
    """The database is away; asking again soon will help."""

    status = 503
    code = "unavailable"
    title = "We cannot answer right now; please try again in a moment"


class StorageFull(Refusal):
    """A disk is full; nothing was stored, and what was stored before is whole."""

    status = 507
    code = "storage_full"
    title = "There is no room to store this right now; please try again later"


class Failure(Refusal):
    """A defect of ours."""

    status = 500
    code = "internal_error"
    title = "Something went wrong on our side"


def install_problems(app: Flask) -> None:
    """Render whatever is raised."""
    app.register_error_handler(Refusal, answer)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(exc.DBAPIError, _from_database)
    app.register_error_handler(exc.TimeoutError, _from_database)
    app.register_error_handler(RecursionError, _from_nesting)
    app.register_error_handler(OSError, _from_system)
    app.register_error_handler(MemoryError, _from_system)
    app.register_error_handler(Exception, _from_defect)


def answer(refusal: Refusal) -> Response:
    """The response that tells a refusal to whoever asked."""
    body: dict[str, Any] = {
        "type": f"urn:plenary:problem:{refusal.code}",
        "title": refusal.title,
        "status": refusal.status,
        "code": refusal.code,
        "detail": refusal.detail,
        "request_id": get_contextvars().get("request_id", ""),
        **({"fields": refusal.fields} if refusal.fields else {}),
        **refusal.extra,
    }
    if wants_json():
        response = Response(json.dumps(body, ensure_ascii=False, default=str), mimetype=CONTENT_TYPE)
    else:
        response = Response(_page_of(body), mimetype="text/html")
    response.status_code = refusal.status
    if refusal.status in (429, 503, 507):
        response.headers["Retry-After"] = str(refusal.extra.get("retry_after", 5))
    return response


def _page_of(problem: dict[str, Any]) -> str:
    """The page; its bare words where the machine is at its limits and cannot even open a template."""
    try:
        return render("problem.html", look=_look(problem["status"]), problem=problem)
    except (OSError, MemoryError) as error:
        log.error("a problem has no page", reason=str(error)[:500])
        return f"<!doctype html><title>{escape(problem['title'])}</title><p>{escape(problem['detail'])}</p>"


def wants_json() -> bool:
    """Programs get JSON: the API always, other paths when they ask for it rather than for HTML."""
    if "/api/" in request.path:
        return True
    accept = request.accept_mimetypes
    return bool(accept.quality("application/json") > accept.quality("text/html"))


def _look(status: int) -> Look | None:
    """That of the conference in the path; none where the database, which knows it, may be what is wrong."""
    slug = (request.view_args or {}).get("conference")
    if not slug or status >= 500:
        return None
    with database().read() as db:
        return context().look(db, slug)


def _from_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return cast(Response, error.get_response())
    if status == 404:
        return answer(NotFound("This page does not exist, or it is not for everybody."))
    problem = Refusal(error.description or error.name)
    problem.status, problem.title = status, error.name
    problem.code = error.name.lower().replace(" ", "_").replace("'", "")
    messages = getattr(error, "data", {}).get("messages")
    if messages:
        problem.fields = {
            name.partition(".")[2] or name: text for name, text in flat_messages(messages).items()
        }
        problem.code, problem.title = "invalid_input", "Some of the input needs another look"
        problem.detail = "; ".join(f"{name}: {' '.join(text)}" for name, text in problem.fields.items())[
            :1000
        ]
    response = answer(problem)
    if status == 405:
        response.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or ())
    return response


def _from_nesting(_error: RecursionError) -> Response:
    refusal = Refusal("The JSON is nested too deeply.")
    refusal.status, refusal.code, refusal.title = 400, "bad_request", "Bad Request"
    return answer(refusal)


def _from_database(error: Exception) -> Response:
    log.error("database failed", reason=str(error)[:500], exc_info=error)
    reason = getattr(error, "orig", None)
    code = getattr(reason, "sqlstate", None) or ""
    if code == DISK_FULL or "disk is full" in str(reason):
        return answer(StorageFull())
    is_away = isinstance(error, exc.TimeoutError) or getattr(error, "connection_invalidated", False)
    passes = is_away or code.startswith(PASSING) or any(word in str(error) for word in SOON_OVER)
    return answer(Unavailable() if passes else Failure())


def _from_system(error: OSError | MemoryError) -> Response:
    """A machine at its limits: no room on a disk, no descriptor, no memory."""
    log.error("request failed", reason=str(error)[:500], exc_info=error)
    number = error.errno if isinstance(error, OSError) else errno.ENOMEM
    if number in (errno.ENOSPC, errno.EDQUOT):
        return answer(StorageFull())
    return answer(Unavailable() if number in (errno.EMFILE, errno.ENFILE, errno.ENOMEM) else Failure())


def _from_defect(error: Exception) -> Response:
    log.error("request failed", reason=str(error)[:500], exc_info=error)
    return answer(Failure())
