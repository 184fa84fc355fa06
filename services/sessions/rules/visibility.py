"""Who may know of a thing, and who may enter it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

AUDIENCES = ("public", "registered", "staff")


class Thing(Protocol):
    """A day or a slot: `listed` says who may know of it, `attend` who may enter, see links and watch."""

    @property
    def listed(self) -> str: ...
    @property
    def attend(self) -> str: ...
    @property
    def day_id(self) -> UUID | None: ...


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Somebody looking at one conference: an organiser of it, an attendee with days, or anybody."""

    is_staff: bool = False
    day_ids: frozenset[UUID] = frozenset()


ANYBODY = Viewer()


def can(viewer: Viewer, aspect: str, thing: Thing) -> bool:
    """Whether the viewer may know of the thing (`listed`) or enter it (`attend`)."""
    if aspect not in ("listed", "attend"):
        raise ValueError(f"no such aspect: {aspect}")
    audience = thing.listed if aspect == "listed" else thing.attend
    if audience == "public" or viewer.is_staff:
        return True
    if audience != "registered":
        return False
    return (
        bool(viewer.day_ids) if thing.day_id is None or aspect == "listed" else thing.day_id in viewer.day_ids
    )


def strictest(audiences: Iterable[str]) -> str:
    """The narrowest of several audiences; an unknown one counts as staff."""
    ranks = [
        AUDIENCES.index(audience) if audience in AUDIENCES else len(AUDIENCES) - 1 for audience in audiences
    ]
    return AUDIENCES[max(ranks, default=0)]
