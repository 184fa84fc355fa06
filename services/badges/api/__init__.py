"""The JSON API of badges, /badges/api/v1."""

from services.badges.api import badges, door
from services.badges.api.blueprint import blueprint

__all__ = ["badges", "blueprint", "door"]
