"""How a token reaches a service: as a cookie that only this service's path is sent."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from werkzeug import Request
from werkzeug.sansio.http import parse_cookie
from werkzeug.wrappers import Response

from shared.auth.tokens import GRACE

COOKIE = "plenary_token"
PATHS = {
    "registration": "/registration",
    "sessions": "/sessions",
    "badges": "/badges",
    "streaming_gateway": "/live",
}


def set_token_cookie(response: Response, audience: str, token: str, *, secure: bool) -> None:
    """Outlives the token, so that an expired one can be told from none."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(GRACE.total_seconds()),
        path=PATHS[audience],
        httponly=True,
        secure=secure,
        samesite="Lax",
    )


def drop_token_cookies(response: Response) -> None:
    """Sign out everywhere on this device."""
    for path in PATHS.values():
        response.delete_cookie(COOKIE, path=path, httponly=True, samesite="Lax")


def token_of(request: Request) -> str | None:
    """The bearer token of an API client, else the cookie of a browser."""
    return bearer_or_cookie(request, COOKIE)


def bearer_or_cookie(request: Request, cookie: str) -> str | None:
    """What an API client sends in its header, else what a browser keeps under this name."""
    return secret_in(request.environ, cookie)


def secret_in(environ: Mapping[str, Any], cookie: str) -> str | None:
    """The same for a request that has not become one of Flask's yet."""
    kind, _, value = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if kind.lower() == "bearer" and value:
        return str(value.strip())
    return parse_cookie(environ.get("HTTP_COOKIE")).get(cookie)


def continue_url(to: str) -> str:
    """Where a browser fetches a fresh token, to come back to the local path `to`."""
    return f"/registration/continue?to={quote(to, safe='/')}"
