"""The pages of `sessions`: for everybody, and for organisers."""

from services.sessions.pages import (
    checks,
    conference,
    days,
    exports,
    furniture,
    manage,
    people,
    public,
    releases,
    texts,
)
from services.sessions.pages.blueprints import blueprint, site

__all__ = [
    "blueprint",
    "checks",
    "conference",
    "days",
    "exports",
    "furniture",
    "manage",
    "people",
    "public",
    "releases",
    "site",
    "texts",
]
