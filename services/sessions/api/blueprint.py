"""The blueprint that every call of the API of `sessions` belongs to."""

from shared.web.api import Blueprint

blueprint = Blueprint(
    "sessions_api",
    __name__,
    url_prefix="/sessions/api/v1",
    description="Conferences, released slots, the draft, the stars of a participant.",
)
