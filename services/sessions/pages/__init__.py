"""The pages of `sessions`: for everybody, and for organisers."""

from services.sessions.pages import (
    agenda,
    conference,
    days,
    exports,
    furniture,
    grid,
    history,
    manage,
    people,
    public,
    releases,
    screens,
    texts,
)
from services.sessions.pages.blueprints import blueprint, site

__all__ = [
    "agenda",
    "blueprint",
    "conference",
    "days",
    "exports",
    "furniture",
    "grid",
    "history",
    "manage",
    "people",
    "public",
    "releases",
    "screens",
    "site",
    "texts",
]
