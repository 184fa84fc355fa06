"""The pages of badges: for attendees, for organisers, and for the staff at the door."""

from services.badges.pages import badges
from services.badges.pages.blueprint import blueprint

__all__ = ["badges", "blueprint"]
