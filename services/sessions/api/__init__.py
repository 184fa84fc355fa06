"""The API of `sessions`, /sessions/api/v1."""

from services.sessions.api import delays, grid, programme, releases, stars
from services.sessions.api.blueprint import blueprint

__all__ = ["blueprint", "delays", "grid", "programme", "releases", "stars"]
