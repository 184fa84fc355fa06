"""The API of `sessions`, /sessions/api/v1."""

from services.sessions.api import grid, programme, stars
from services.sessions.api.blueprint import blueprint

__all__ = ["blueprint", "grid", "programme", "stars"]
