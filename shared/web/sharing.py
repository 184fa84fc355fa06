"""One answer for everybody: what thousands ask for every second is made a few times a second, before Flask is asked."""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication

from werkzeug.wrappers import Response

PERSONAL = ("HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE")
OF_A_BODY = ("content-length", "content-type")


@dataclass(frozen=True, kw_only=True)
class Shared:
    """An answer that is the same for all until a moment of the steady clock."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    etag: str
    changed: str
    until: float

    def send(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """The whole of it, or the word that the caller has it already."""
        if self._is_known(environ):
            kept = [header for header in self.headers if header[0].lower() not in OF_A_BODY]
            start_response("304 NOT MODIFIED", kept)
            return []
        start_response(self.status, self.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]

    def _is_known(self, environ: dict[str, Any]) -> bool:
        """By its tag; by its date only if the caller names no tag, and only if it is this very date (RFC 9110, 13)."""
        if "HTTP_IF_NONE_MATCH" in environ:
            return bool(self.etag) and self.etag in environ["HTTP_IF_NONE_MATCH"]
        return bool(self.changed) and self.changed == environ.get("HTTP_IF_MODIFIED_SINCE")


def share(app: WSGIApplication, paths: re.Pattern[str], *, seconds: float) -> WSGIApplication:
    """The app, whose answers on these paths are made once in so many seconds; they must not depend on who asks."""
    answers: dict[str, Shared] = {}

    def serve(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if (
            environ["REQUEST_METHOD"] not in ("GET", "HEAD")
            or environ.get("QUERY_STRING")
            or not paths.fullmatch(path)
        ):
            return app(environ, start_response)
        answer = answers.get(path)
        if answer is None or time.monotonic() >= answer.until:
            answer = _ask(app, environ, seconds)
            if answer.status.startswith("200"):  # a refusal is nobody else's
                answers[path] = answer
        return answer.send(environ, start_response)

    return serve


def _ask(app: WSGIApplication, environ: dict[str, Any], seconds: float) -> Shared:
    """Ask for the whole answer, as nobody in particular."""
    asked = {name: value for name, value in environ.items() if name not in PERSONAL}
    response = Response.from_app(app, {**asked, "REQUEST_METHOD": "GET"}, buffered=True)
    return Shared(
        status=response.status,
        headers=response.headers.to_wsgi_list(),
        body=response.get_data(),
        etag=response.headers.get("ETag", ""),
        changed=response.headers.get("Last-Modified", ""),
        until=time.monotonic() + seconds,
    )
