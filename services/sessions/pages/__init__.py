"""The pages of `sessions`: for everybody, and for organisers."""

from services.sessions.pages import (
    checks,
    conference,
    days,
    exports,
    grid,
    manage,
    own,
    people,
    public,
    releases,
    rooms,
    running,
    texts,
    tracks,
    versions,
)
from services.sessions.pages.blueprints import blueprint, site

__all__ = [
    "blueprint",
    "checks",
    "conference",
    "days",
    "exports",
    "grid",
    "manage",
    "own",
    "people",
    "public",
    "releases",
    "rooms",
    "running",
    "site",
    "texts",
    "tracks",
    "versions",
]
