"""Headers that keep a browser from doing what no page of ours asks for, and the same-origin rule."""

from urllib.parse import urlsplit

from flask import Flask, Response, request

from shared.errors import Invalid, Refusal
from shared.web.schema import unstorable

CSP = "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'self'; form-action 'self'"
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class CrossSite(Refusal):
    """Another site tried to act in somebody's name."""

    status = 403
    code = "cross_site_request"
    title = "This came from another site"


def install_headers(app: Flask, *, https: bool) -> None:
    """Set them on every answer that has not set its own."""

    @app.before_request
    def same_origin() -> None:
        if request.method in UNSAFE and not request.headers.get("Authorization"):
            _require_same_origin()

    @app.before_request
    def storable() -> None:
        for name, values in (*request.args.lists(), *(request.view_args or {}).items()):
            if reason := unstorable(values):
                raise Invalid(fields={name: [reason]})

    @app.after_request
    def protect(response: Response) -> Response:
        defaults = protection(request.path, https=https)
        if "Cache-Control" not in response.headers:
            defaults["Cache-Control"] = "no-store" if _is_personal() else "no-cache"
            response.vary.add("Cookie")
        for name, value in defaults.items():
            response.headers.setdefault(name, value)
        return response


def protection(path: str, *, https: bool) -> dict[str, str]:
    """The headers that every answer at this path has."""
    headers = {
        "Content-Security-Policy": CSP,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer" if _holds_secret(path) else "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def _require_same_origin() -> None:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise CrossSite
        return
    origin = request.headers.get("Origin")
    if origin == "null" and _holds_secret(request.path):
        return  # no-referrer pages send no origin on plain http; only who knows the secret can name this path
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise CrossSite


def _holds_secret(path: str) -> bool:
    return "/me/" in path or "/in/" in path


def _is_personal() -> bool:
    return bool(request.cookies) or _holds_secret(request.path)
