"""Answers that come up everywhere: go there, or here are bytes that a cache may keep."""

import hashlib
import json
from datetime import datetime
from typing import Any

from flask import Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse


def see_other(url: str) -> BaseResponse:
    """After a POST: show the result under its own address."""
    return redirect(url, 303)


def tag_of(body: bytes) -> str:
    """What stands in the strong ETag of these bytes."""
    return hashlib.sha256(body).hexdigest()[:32]


def etag_response(
    body: bytes,
    *,
    mimetype: str,
    max_age: int = 0,
    last_modified: datetime | None = None,
    private: bool = False,
    etag: str = "",
) -> Response:
    """Bytes with a strong ETag; answers 304 to a caller that has them, and HEAD without them.

    `max_age` is in seconds; 0 means: keep it, but ask every time. Public bytes may be read by any site.
    """
    response = Response(body, mimetype=mimetype)
    response.set_etag(etag or tag_of(body))
    if last_modified is not None:  # None would send the time of the answer
        response.last_modified = last_modified
    if private:
        response.cache_control.private = True
    else:
        response.cache_control.public = True
        response.headers["Access-Control-Allow-Origin"] = "*"
    if max_age:
        response.cache_control.max_age = max_age
    else:
        response.cache_control.no_cache = True
    response.make_conditional(request)
    return response


def json_response(data: Any) -> Response:
    """JSON for the eyes of one person, to be polled with its ETag."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return etag_response(text.encode(), mimetype="application/json", private=True)
