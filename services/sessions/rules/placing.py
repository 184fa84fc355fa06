"""Where sessions may stand in time and room."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from services.sessions.errors import EndsBeforeItStarts, TimeUnclear
from shared.clock import to_instant
from shared.errors import Invalid

MARGIN = timedelta(days=2)


class Identified(Protocol):
    """A room of the conference."""

    id: UUID


class Interval(Protocol):
    """A day of the conference."""

    id: UUID
    starts_at: datetime
    ends_at: datetime


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


def resolve_moment(local: datetime, zone: str, *, field: str) -> datetime:
    """The instant of a local date and time; raises TimeUnclear naming the field."""
    try:
        return to_instant(local.replace(second=0, microsecond=0), zone)
    except (ValueError, OverflowError) as error:
        raise TimeUnclear(str(error), fields={field: [str(error)]}) from error


def require_ahead(moment: datetime, now: datetime, *, field: str) -> None:
    """Raises TimeUnclear for a time that has passed."""
    if moment <= now:
        text = "This time has passed."
        raise TimeUnclear(text, fields={field: [text]})


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


def require_known(room_id: UUID, rooms: Iterable[Identified]) -> None:
    """Raises Invalid for the field `room_id` unless it is one of the conference's."""
    if all(room.id != room_id for room in rooms):
        raise Invalid(fields={"room_id": ["There is no such room in this conference."]})


def day_of(starts_at: datetime, days: Iterable[Interval]) -> UUID | None:
    """The first day whose interval holds the start."""
    return next((day.id for day in days if day.starts_at <= starts_at < day.ends_at), None)
