"""The pages of `sessions`: for everybody, and for organisers."""

from services.sessions.pages import (
    conference,
    days,
    exports,
    furniture,
    grid,
    importing,
    manage,
    people,
    public,
    releases,
    texts,
)
from services.sessions.pages.blueprints import blueprint, site

__all__ = [
    "blueprint",
    "conference",
    "days",
    "exports",
    "furniture",
    "grid",
    "importing",
    "manage",
    "people",
    "public",
    "releases",
    "site",
    "texts",
]
