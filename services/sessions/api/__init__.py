"""The API of `sessions`, /sessions/api/v1."""

from services.sessions.api import programme, stars
from services.sessions.api.blueprint import blueprint

__all__ = ["blueprint", "programme", "stars"]
