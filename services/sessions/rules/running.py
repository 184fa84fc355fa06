"""Running the day: which slots a late room moves, and how late each room is by what was released."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from services.sessions.rules.programme import Body, instant_text, read_instant
from shared.errors import Invalid

AHEAD = timedelta(hours=12)
Moved = dict[str, Any]


class Shown(Protocol):
    """A released slot."""

    slot_id: UUID
    revision: int
    room_id: UUID
    day_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    cancelled: bool
    body: Body


@dataclass(frozen=True, kw_only=True)
class Shift:
    """The rest of a room's day from an instant on, later by so many minutes; earlier when they are negative."""

    room_id: UUID
    since: datetime
    minutes: int


@dataclass(frozen=True, kw_only=True)
class Lateness:
    """How many minutes behind its plan a room is, negative when it is ahead; `since` is when, while still to come."""

    room: str
    minutes: int
    since: datetime | None


def rest_of_day(slots: Iterable[Shown], shift: Shift) -> list[Shown]:
    """What starts in the room then or later on the same day. Raises Invalid naming `since` where nothing does."""
    later = [
        slot
        for slot in slots
        if slot.room_id == shift.room_id and slot.starts_at >= shift.since and not slot.cancelled
    ]
    first = min(later, key=lambda slot: slot.starts_at, default=None)
    if first is None or first.starts_at > shift.since + AHEAD:
        raise Invalid(fields={"since": ["Nothing starts in this room after that time on that day."]})
    return [
        slot
        for slot in later
        if slot.day_id == first.day_id and (first.day_id or slot.starts_at < first.starts_at + AHEAD)
    ]


def shifted(body: Body, minutes: int) -> Body:
    """The public state with other times."""
    by = timedelta(minutes=minutes)
    times = {name: instant_text(read_instant(body[name]) + by) for name in ("starts_at", "ends_at")}
    return {**body, **times}


def fingerprint(slots: Iterable[Shown], shift: Shift) -> str:
    """What a preview was made of: it comes out the same as long as these slots are the same."""
    parts = [f"{slot.slot_id}:{slot.revision}" for slot in slots]
    return hashlib.sha256(f"{shift} {sorted(parts)}".encode()).hexdigest()[:32]


def note_move(slot: Shown, minutes: int, earlier: Sequence[Mapping[str, Moved]], *, in_draft: bool) -> Moved:
    """What is kept of a moved slot: where it was, where it is, and when it began by the plan before any delay.

    `earlier` are the moves of earlier delays, newest first; one counts while the slot still stands where it put it.
    """
    before, after = place_of(slot.body), place_of(shifted(slot.body, minutes))
    known = (moves[str(slot.slot_id)] for moves in earlier if str(slot.slot_id) in moves)
    planned = next((move["planned"] for move in known if move["after"] == before), before["starts_at"])
    return {"planned": planned, "before": before, "after": after, "in_draft": in_draft}


def place_of(body: Body) -> dict[str, str]:
    """Times and room of a public state, as a delay keeps them."""
    return {"starts_at": body["starts_at"], "ends_at": body["ends_at"], "room_id": body["room"]["id"]}


def find_lateness(
    delays: Sequence[Mapping[str, Moved]], slots: Mapping[UUID, Shown], now: datetime
) -> list[Lateness]:
    """How late rooms are at that moment: by their first slot that has not ended and stands where a delay put it.

    `delays` are moves, newest first. What was undone or moved since counts no longer, without being told so.
    """
    first: dict[str, tuple[datetime, Lateness]] = {}
    for slot_id, slot in slots.items():
        move = next((moves[str(slot_id)] for moves in delays if str(slot_id) in moves), None)
        if move is None or slot.cancelled or not slot.starts_at - AHEAD <= now < slot.ends_at:
            continue
        if move["after"] != place_of(slot.body):
            continue
        planned = read_instant(move["planned"])
        late = Lateness(
            room=slot.body["room"]["name"],
            minutes=int((slot.starts_at - planned).total_seconds() // 60),
            since=planned if planned > now else None,
        )
        known = first.get(slot.body["room"]["id"])
        if known is None or slot.starts_at < known[0]:
            first[slot.body["room"]["id"]] = (slot.starts_at, late)
    return sorted((late for _, late in first.values() if late.minutes), key=lambda late: late.room)
