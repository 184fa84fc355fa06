"""Where sessions may stand in time and room, and what collides."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from services.sessions.errors import EndsBeforeItStarts, TimeUnclear
from shared.clock import to_instant

MARGIN = timedelta(days=2)


class Interval(Protocol):
    """A day of the conference."""

    id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class Placed:
    """What collision checks need of a slot."""

    slot_id: UUID
    title: str
    kind: str
    room_id: UUID
    room: str
    speakers: tuple[tuple[UUID, str], ...]
    starts_at: datetime
    ends_at: datetime
    day_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class Concern:
    """Something an organiser should look at before releasing; `slot_ids` are the slots concerned."""

    kind: str
    text: str
    slot_ids: tuple[UUID, ...]


def overlaps(a_start: datetime, a_end: datetime, b_start: datetime, b_end: datetime) -> bool:
    """Half-open: what ends at the moment the other starts does not overlap it."""
    return a_start < b_end and b_start < a_end


def resolve_start(*, day: date, at: time, offset: str, zone: str) -> datetime:
    """The instant of a wall-clock time; raises TimeUnclear naming the field `time` or `offset`."""
    local = datetime.combine(day, at.replace(second=0, microsecond=0))
    if offset:
        return _with_offset(local, offset, zone)
    try:
        return to_instant(local, zone)
    except (ValueError, OverflowError) as error:
        raise TimeUnclear(str(error), fields={"time": [str(error)]}) from error


def _with_offset(local: datetime, offset: str, zone: str) -> datetime:
    try:
        instant = datetime.fromisoformat(f"{local:%Y-%m-%dT%H:%M}{offset.replace('−', '-')}")
    except ValueError as error:
        text = f"“{offset[:20]}” is no offset from UTC; write it like +01:00."
        raise TimeUnclear(text, fields={"offset": [text]}) from error
    if instant.tzinfo is None or instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        text = f"{zone} does not have the offset {offset} at that time."
        raise TimeUnclear(text, fields={"offset": [text]})
    return instant.astimezone(UTC)


def require_length(starts_at: datetime, ends_at: datetime, *, field: str = "ends_at") -> None:
    """Raises EndsBeforeItStarts unless the end comes after the start."""
    if ends_at <= starts_at:
        raise EndsBeforeItStarts(fields={field: ["The end must come after the start."]})


def require_near(starts_at: datetime, ends_at: datetime, days: Sequence[Interval], *, field: str) -> None:
    """Raises TimeUnclear for a time so far outside the conference that it can only be a slip."""
    if not days:
        return
    first, last = min(day.starts_at for day in days), max(day.ends_at for day in days)
    if starts_at < first - MARGIN or ends_at > last + MARGIN:
        text = f"The conference runs from {first:%Y-%m-%d} to {last:%Y-%m-%d}; this is far outside."
        raise TimeUnclear(text, fields={field: [text]})


def day_of(starts_at: datetime, days: Iterable[Interval]) -> UUID | None:
    """The first day whose interval holds the start."""
    return next((day.id for day in days if day.starts_at <= starts_at < day.ends_at), None)


def find_concerns(placed: Iterable[Placed], days: dict[UUID, tuple[datetime, datetime]]) -> list[Concern]:
    """Room and speaker double bookings (identical times and times across midnight too), and slots outside their day."""
    slots = sorted(placed, key=lambda slot: (slot.starts_at, slot.ends_at, slot.slot_id))
    return [
        *_double_bookings(slots, "room", lambda slot: ((slot.room_id, slot.room),)),
        *_double_bookings(
            [slot for slot in slots if slot.kind != "break"], "speaker", lambda slot: slot.speakers
        ),
        *_outside(slots, days),
    ]


def _double_bookings(
    slots: Sequence[Placed], kind: str, owners: Callable[[Placed], Iterable[tuple[UUID, str]]]
) -> Iterator[Concern]:
    by_owner: dict[UUID, list[Placed]] = defaultdict(list)
    names: dict[UUID, str] = {}
    for slot in slots:
        for owner, name in owners(slot):
            by_owner[owner].append(slot)
            names[owner] = name
    for owner, booked in by_owner.items():
        for position, first in enumerate(booked):
            for second in booked[position + 1 :]:
                if second.starts_at >= first.ends_at:
                    break
                text = (
                    f"{names[owner]} is booked twice at the same time: “{first.title}” and “{second.title}”."
                )
                yield Concern(kind=kind, text=text, slot_ids=(first.slot_id, second.slot_id))


def _outside(slots: Sequence[Placed], days: dict[UUID, tuple[datetime, datetime]]) -> Iterator[Concern]:
    for slot in slots:
        interval = days.get(slot.day_id) if slot.day_id else None
        if interval is None:
            yield Concern(
                kind="day", text=f"“{slot.title}” lies outside every day.", slot_ids=(slot.slot_id,)
            )
        elif slot.starts_at < interval[0] or slot.ends_at > interval[1]:
            yield Concern(
                kind="day",
                text=f"“{slot.title}” runs outside the times of its day.",
                slot_ids=(slot.slot_id,),
            )
