"""The pages of badges: for attendees, for organisers, and for the staff at the door."""

from services.badges.pages import badges, devices, door
from services.badges.pages.blueprint import blueprint
from services.badges.pages.visitors import resolve_device

__all__ = ["badges", "blueprint", "devices", "door", "resolve_device"]
