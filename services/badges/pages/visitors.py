"""Who stands at the door: the cookie of a paired device, and how often somebody guesses."""

from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response

from services.badges.models import GuessCounter
from services.badges.usecases.doors import DOOR_COOKIE, Doorkeeper, doors_of
from shared.auth import Principal
from shared.auth.handoff import bearer_or_cookie
from shared.clock import now
from shared.counting import may_try
from shared.errors import TooManyTries
from shared.web import database, settings
from shared.web.context import context


def resolve_device(_conference: str | None) -> Principal | None:
    """The guard's question; raises DeviceRevoked."""
    keeper = find_doorkeeper()
    if keeper is None:
        return None
    return Principal(
        subject=str(keeper.device_id), conference=keeper.venue.slug, scopes=frozenset({"door:scan"})
    )


def find_doorkeeper() -> Doorkeeper | None:
    """The paired device that asks; raises DeviceRevoked."""
    secret = bearer_or_cookie(request, DOOR_COOKIE)
    return doors_of(context().cache, database()).find(secret, now()) if secret else None


def set_door_cookie(response: Response, secret: str) -> None:
    held = timedelta(days=settings().device_days)
    response.set_cookie(
        DOOR_COOKIE,
        secret,
        max_age=int(held.total_seconds()),
        path="/badges",
        httponly=True,
        secure=bool(settings().base_url.startswith("https")),
        samesite="Lax",
    )


def require_patience() -> None:
    """Count a try of this source in a transaction of its own; raises TooManyTries beyond the limit."""
    limits = settings()
    with database().write() as db:
        within = may_try(
            db,
            GuessCounter,
            f"pairing from {request.remote_addr}",
            most=limits.tries_per_source,
            minutes=limits.tries_window,
            now=now(),
        )
    if not within:
        raise TooManyTries(retry_after=limits.tries_window * 60)
