"""The blueprint that every call of the API of `sessions` belongs to."""

from typing import Any

from flask import request

from shared.errors import Invalid
from shared.web.api import Blueprint

blueprint = Blueprint(
    "sessions_api",
    __name__,
    url_prefix="/sessions/api/v1",
    description="Conferences, released slots, the draft, the stars of a participant.",
)


def version_of(data: dict[str, Any]) -> int:
    """What the caller has seen: If-Match, or `version` in the body. Raises Invalid where it says neither."""
    given = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if given.isascii() and given.isdigit() and len(given) < 10:
        return int(given)
    if given or "version" not in data:
        raise Invalid(fields={"version": ["Send the version in If-Match, or as version."]})
    return int(data["version"])
