"""The blueprint that every call of the API of badges belongs to."""

from shared.web.api import Blueprint

blueprint = Blueprint(
    "badges_api",
    __name__,
    url_prefix="/badges/api/v1",
    description="Badges, the keys that their codes are checked with, and the door.",
)
