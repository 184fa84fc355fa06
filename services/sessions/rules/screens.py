"""What a screen at a door or in the foyer shows at a moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.sessions.models import ReleasedSlot

NEXT_AT_A_DOOR = 2
TOGETHER = timedelta(minutes=30)
ROWS = 5


@dataclass(frozen=True, kw_only=True)
class Showing:
    """Slots that are on, and slots that come."""

    now: tuple[ReleasedSlot, ...]
    next: tuple[ReleasedSlot, ...]

    @property
    def state(self) -> list[list[list[object]]]:
        """What a screen compares to know whether it still shows the right thing."""
        return [[[str(slot.slot_id), slot.revision] for slot in slots] for slots in (self.now, self.next)]


def show_door(coming: Sequence[ReleasedSlot], at: datetime) -> Showing:
    """What is on in one room, and the next few."""
    now = tuple(slot for slot in coming if slot.starts_at <= at)
    return Showing(now=now, next=tuple(coming[len(now) :][:NEXT_AT_A_DOOR]))


def show_foyer(coming: Sequence[ReleasedSlot], at: datetime) -> Showing:
    """What is on everywhere, and what starts next or soon after that."""
    now = tuple(slot for slot in coming if slot.starts_at <= at)
    later = coming[len(now) :]
    until = later[0].starts_at + TOGETHER if later else at
    return Showing(now=now, next=tuple(slot for slot in later if slot.starts_at < until))


def page_of(showing: Showing, page: int) -> tuple[Showing, int]:
    """The rows of one page of a long list, and how many pages there are; the page after the last is the first."""
    rows = [*((slot, True) for slot in showing.now), *((slot, False) for slot in showing.next)]
    pages = max(1, -(-len(rows) // ROWS))
    first = (page - 1) % pages * ROWS
    shown = rows[first : first + ROWS]
    return Showing(
        now=tuple(slot for slot, is_on in shown if is_on),
        next=tuple(slot for slot, is_on in shown if not is_on),
    ), pages
