"""Answering one hot route without Flask; a request that is unusual in any way is left to Flask, which answers alike."""

import io
import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication

from prometheus_client import Histogram

from shared.log import log, mask_path
from shared.web.context import Context
from shared.web.headers import protection
from shared.web.tracing import begin_request

LARGEST = 8 * 1024
STATUS_LINES = {200: "200 OK", 201: "201 Created"}
Answer = tuple[int, Any]


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """A JSON POST whose effect is the same when it is answered twice, so that Flask may take over at any point.

    `answer` gets the WSGI environment, the match of the path and the body; it returns status and JSON, or None to
    leave it to Flask.
    """

    endpoint: str
    path: re.Pattern[str]
    answer: Callable[[Context, Mapping[str, Any], re.Match[str], Any], Answer | None]


def shorten(
    app: WSGIApplication, shortcut: Shortcut, context: Context, seconds: Histogram
) -> WSGIApplication:
    """The app with the shortcut before it."""

    def shortened(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        found = shortcut.path.fullmatch(environ["PATH_INFO"]) if environ["REQUEST_METHOD"] == "POST" else None
        length = environ.get("CONTENT_LENGTH") or ""
        if found is None or not length.isdigit() or int(length) > LARGEST:
            return app(environ, start_response)
        began = time.perf_counter()
        raw = environ["wsgi.input"].read(int(length))
        environ["wsgi.input"] = io.BytesIO(raw)
        answered = _answered(shortcut, context, environ, found, raw)
        if answered is None:
            environ["wsgi.input"].seek(0)
            return app(environ, start_response)
        status, value = answered
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_written).encode()
        https = context.settings.base_url.startswith("https")
        headers = {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Vary": "Cookie",
            **protection(environ["PATH_INFO"], https=https),
        }
        start_response(STATUS_LINES[status], list(headers.items()))
        seconds.labels(shortcut.endpoint, "POST", status).observe(time.perf_counter() - began)
        log.info("request", method="POST", path=mask_path(environ["PATH_INFO"]), status=status)
        return [body]

    return shortened


def _written(value: Any) -> str:
    """Instants and ids, as schemas write them."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _answered(
    shortcut: Shortcut, context: Context, environ: dict[str, Any], found: re.Match[str], raw: bytes
) -> Answer | None:
    """The answer, if the request is one of our own pages' or of a program and nothing about it is wrong."""
    own = environ.get("HTTP_SEC_FETCH_SITE") == "same-origin" or "HTTP_AUTHORIZATION" in environ
    if not own or environ.get("CONTENT_TYPE") != "application/json":
        return None
    begin_request(environ.get("HTTP_TRACEPARENT", ""), f"plenary.{context.name}")
    try:
        return shortcut.answer(context, environ, found, json.loads(raw))
    except Exception as error:  # noqa: BLE001 - Flask meets the same and says it properly
        log.debug("a shortcut leaves the request to Flask", reason=type(error).__name__)
        return None
