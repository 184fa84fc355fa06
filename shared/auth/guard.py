"""Routes are closed by default: each one declares `@public` or the scope it `@requires`."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, Response, g, redirect, request

from shared.auth.handoff import continue_url
from shared.auth.principal import DEVICE_SCOPES, PARTICIPANT_SCOPES, Principal
from shared.auth.tokens import TokenExpired
from shared.errors import Forbidden, NotFound, Unauthenticated, Unpaired
from shared.log import log

View = TypeVar("View", bound=Callable[..., Any])
Resolve = Callable[[str | None], Principal | None]
PUBLIC = ""


def public(view: View) -> View:
    """Anybody may call this, signed in or not."""
    cast(Any, view).policy = PUBLIC
    return view


def requires(scope: str) -> Callable[[View], View]:
    """Only principals with this scope for the conference named in the path; others see a 404."""

    def mark(view: View) -> View:
        cast(Any, view).policy = scope
        return view

    return mark


def policy_of(app: Flask, endpoint: str) -> str | None:
    """The scope an endpoint requires, PUBLIC for none, None where it has declared nothing."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return PUBLIC
    return cast("str | None", getattr(app.view_functions[endpoint], "policy", None))


def principal() -> Principal | None:
    """Who makes the current request, as far as it says."""
    return cast("Principal | None", g.get("principal"))


def has_expired() -> bool:
    """Whether the current request came with a token that was good until a while ago."""
    return bool(g.get("token_expired"))


def install_guard(app: Flask, resolve: Resolve, resolve_device: Resolve | None = None) -> None:
    """Check every request of the app before its view runs.

    Routes with a device scope are for paired devices and nobody else; a device is nobody on all other routes.
    """

    @app.before_request
    def check() -> Any:
        if request.endpoint is None:
            return None
        policy = policy_of(app, request.endpoint)
        if policy is None:
            log.error("route declares no access rule", endpoint=request.endpoint)
            raise NotFound
        conference = (request.view_args or {}).get("conference")
        if policy in DEVICE_SCOPES:
            g.principal = resolve_device(conference) if resolve_device else None
            if g.principal is None or not g.principal.may(policy, conference):
                raise Unpaired
            return None
        expired = False
        try:
            g.principal = resolve(conference)
        except TokenExpired:
            g.principal, expired = None, True
        g.token_expired = expired
        if policy == PUBLIC or (g.principal is not None and g.principal.may(policy, conference)):
            return None
        return _refuse(g.principal, conference, expired=expired)


def _refuse(who: Principal | None, conference: str | None, *, expired: bool) -> Response:
    # A participant who also organises carries the token of whichever page came first.
    other_role = who is not None and "/manage/" in request.path and bool(who.scopes & PARTICIPANT_SCOPES)
    wrong_token = who is None or who.conference != conference or other_role
    if "/api/" in request.path:
        raise Unauthenticated if who is None else Forbidden
    if wrong_token and request.method in ("GET", "HEAD"):
        return cast(Response, redirect(continue_url(request.full_path.rstrip("?")), 303))
    if expired:
        # 307 keeps method and body, so a form that was filled in for long is saved after all.
        return cast(Response, redirect(continue_url(request.full_path.rstrip("?")), 307))
    raise Unauthenticated if who is None else Forbidden
