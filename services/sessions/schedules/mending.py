"""A schedule as the voc schemas accept it, mended once for both writers."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from services.sessions.schedules.errors import NothingToExport
from services.sessions.schedules.model import Schedule, ScheduleDay, ScheduleEvent, ScheduleTrack
from services.sessions.schedules.values import find_color
from shared.text import fold

LONGEST_DURATION: Final = 99 * 60 + 59

_ACRONYM: Final = re.compile(r"[a-z0-9_]{4,}(?:-2[0-9]{3}-[a-z]+)?", re.ASCII)
_CODE: Final = re.compile(r"[0-9A-Z]{6}", re.ASCII)
_EVENT_SLUG: Final = re.compile(r"[a-z0-9_]{4,}-[a-z0-9_-]{3,}[a-z0-9]", re.ASCII)
_TRACK_SLUG: Final = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]", re.ASCII)
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class StrictEvent:
    """An event with those values the schemas restrict; `code` is None where it is no code or not unique."""

    event: ScheduleEvent
    id: int
    code: str | None
    slug: str
    starts_at: datetime
    duration: str


@dataclass(frozen=True, kw_only=True)
class StrictDay:
    """A day with its events by room name, in the order of the rooms and of time."""

    index: int
    day: ScheduleDay
    starts_at: datetime
    ends_at: datetime
    rooms: dict[str, list[StrictEvent]]


@dataclass(frozen=True, kw_only=True)
class StrictSchedule:
    schedule: Schedule
    acronym: str
    tracks: tuple[ScheduleTrack, ...]
    days: tuple[StrictDay, ...]


def mend(schedule: Schedule) -> StrictSchedule:
    """The schedule fit for both schemas; equal input gives equal output.

    Raises NothingToExport without days, and ValueError when an event has no guid or a naive start: those are the
    caller's to know and cannot be invented.
    """
    if not schedule.days:
        raise NothingToExport("This conference has no days yet, so there is no programme to export.")
    for event in schedule.events:
        if event.guid is None or event.starts_at.tzinfo is None:
            raise ValueError(f"event {event.id!r} needs a guid and an aware start to be exported")
    zone = ZoneInfo(schedule.zone) if schedule.zone else None
    acronym = _acronym(schedule)
    events = _strict_events(schedule, acronym, zone)
    return StrictSchedule(
        schedule=schedule,
        acronym=acronym,
        tracks=tuple(_track(track) for track in schedule.tracks),
        days=_strict_days(schedule, events, zone),
    )


def stamp(moment: datetime) -> str:
    """ISO 8601 to the second with the offset, as xs:dateTime has it."""
    return moment.isoformat(timespec="seconds")


def _acronym(schedule: Schedule) -> str:
    if _ACRONYM.fullmatch(schedule.acronym):
        return schedule.acronym
    plain = _words(schedule.acronym or schedule.title, "_")[:40].strip("_") or "conference"
    return plain if len(plain) >= 4 else f"{plain}_conference"


def _words(text: str, joint: str) -> str:
    return re.sub(r"[^a-z0-9]+", joint, fold(text)).strip(joint)


def _strict_events(schedule: Schedule, acronym: str, zone: tzinfo | None) -> list[StrictEvent]:
    ordered = sorted(
        schedule.events, key=lambda event: (event.starts_at.astimezone(UTC), event.room, str(event.guid))
    )
    numbers = _numbers(ordered)
    codes = Counter(event.code for event in ordered)
    slugs = _slugs(ordered, numbers, acronym)
    return [
        StrictEvent(
            event=event,
            id=number,
            code=event.code if _CODE.fullmatch(event.code) and codes[event.code] == 1 else None,
            slug=slug,
            starts_at=_local(event.starts_at, zone),
            duration=_duration(event.minutes),
        )
        for event, number, slug in zip(ordered, numbers, slugs, strict=True)
    ]


def _numbers(events: Sequence[ScheduleEvent]) -> list[int]:
    """The events' own numbers where they are positive and unique, else new ones after the largest."""
    uses = Counter(event.id for event in events)
    own = [int(event.id) if _NUMBER.fullmatch(event.id) and uses[event.id] == 1 else 0 for event in events]
    following = max(own, default=0)
    numbers = []
    for number in own:
        following += number == 0
        numbers.append(number or following)
    return numbers


def _slugs(events: Sequence[ScheduleEvent], numbers: Sequence[int], acronym: str) -> list[str]:
    """The events' own slugs where they are valid and unique, else such as `eft2026-17-keynote`."""
    uses = Counter(event.slug for event in events)
    slugs = []
    for event, number in zip(events, numbers, strict=True):
        slug = event.slug
        if uses[slug] > 1 or not _EVENT_SLUG.fullmatch(slug):
            words = _words(event.title, "-")[:60].strip("-")
            slug = f"{acronym.replace('-', '_')}-{number}-{words if len(words) > 1 else 'session'}"
            while slug in uses:
                slug += "-session"
        slugs.append(slug)
    return slugs


def _duration(minutes: int) -> str:
    hours, rest = divmod(min(minutes, LONGEST_DURATION), 60)
    return f"{hours:02}:{rest:02}"


def _local(moment: datetime, zone: tzinfo | None) -> datetime:
    """The moment with the offset its zone has on its own date, in whole minutes and at most 14 hours."""
    local = moment.astimezone(zone) if zone else moment
    offset = local.utcoffset() or timedelta(0)
    odd = offset % timedelta(minutes=1) or abs(offset) > timedelta(hours=14)
    return local.astimezone(UTC) if odd else local


def _track(track: ScheduleTrack) -> ScheduleTrack:
    slugs = (track.slug or "", _words(track.name, "-")[:60].strip("-"))
    return ScheduleTrack(
        name=track.name,
        color=find_color(track.color or ""),
        slug=next((slug for slug in slugs if _TRACK_SLUG.fullmatch(slug)), None),
    )


def _strict_days(schedule: Schedule, events: list[StrictEvent], zone: tzinfo | None) -> tuple[StrictDay, ...]:
    days = sorted(schedule.days, key=lambda day: (day.index, day.date))
    in_order = [day.index for day in days]
    numbered = min(in_order) >= 1 and len(set(in_order)) == len(in_order)
    by_day: dict[int, list[StrictEvent]] = {position: [] for position in range(len(days))}
    for event in events:
        by_day[_position_of(event, days)].append(event)
    room_names = [room.name for room in schedule.rooms]
    return tuple(
        _strict_day(day, day.index if numbered else position + 1, by_day[position], room_names, zone)
        for position, day in enumerate(days)
    )


def _position_of(event: StrictEvent, days: list[ScheduleDay]) -> int:
    """The day the event names, else the last day that begins no later than it."""
    for position, day in enumerate(days):
        if day.index == event.event.day_index:
            return position
    earlier = [position for position, day in enumerate(days) if day.date <= event.starts_at.date()]
    return earlier[-1] if earlier else 0


def _strict_day(
    day: ScheduleDay, index: int, events: list[StrictEvent], room_names: list[str], zone: tzinfo | None
) -> StrictDay:
    """The day widened until all its events lie in it: apps read its bounds."""
    midnight = datetime.combine(day.date, time(0), tzinfo=zone or UTC)
    given = [
        moment for moment in (day.starts_at, day.ends_at) if moment is not None and moment.tzinfo is not None
    ]
    starts = [event.starts_at for event in events] + given
    ends = [event.starts_at + timedelta(minutes=event.event.minutes) for event in events] + given
    starts_at = min(starts, key=datetime.timestamp, default=midnight)
    ends_at = max(ends, key=datetime.timestamp, default=midnight + timedelta(days=1))
    if ends_at <= starts_at:
        ends_at = starts_at + timedelta(days=1)
    rooms: dict[str, list[StrictEvent]] = {name: [] for name in room_names}
    for event in events:
        rooms.setdefault(event.event.room, []).append(event)
    return StrictDay(
        index=index,
        day=day,
        starts_at=_local(starts_at, zone),
        ends_at=_local(ends_at, zone),
        rooms={name: held for name, held in rooms.items() if held},
    )
