"""A schedule file as bare texts: what both readers produce, before any value is judged."""

from dataclasses import dataclass, field


@dataclass(kw_only=True)
class PersonRecord:
    name: str
    id: str = ""
    guid: str = ""
    biography: str = ""
    avatar_url: str = ""


@dataclass(kw_only=True)
class LinkRecord:
    url: str
    title: str = ""


@dataclass(kw_only=True)
class RoomRecord:
    name: str
    guid: str = ""
    capacity: str = ""


@dataclass(kw_only=True)
class TrackRecord:
    name: str
    color: str = ""
    slug: str = ""


@dataclass(kw_only=True)
class EventRecord:
    """`where` is the place as a person finds it: a line, or a path in JSON; `room` falls back to the one around it."""

    where: str
    line: int | None = None
    id: str = ""
    guid: str = ""
    code: str = ""
    slug: str = ""
    url: str = ""
    date: str = ""
    start: str = ""
    duration: str = ""
    end: str = ""
    room: str = ""
    title: str = ""
    subtitle: str = ""
    track: str = ""
    kind: str = ""
    language: str = ""
    abstract: str = ""
    description: str = ""
    license: str = ""
    optout: str = ""
    series: str = ""
    persons: list[PersonRecord] = field(default_factory=list)
    links: list[LinkRecord] = field(default_factory=list)
    attachments: list[LinkRecord] = field(default_factory=list)


@dataclass(kw_only=True)
class DayRecord:
    where: str
    index: str = ""
    date: str = ""
    starts: str = ""
    ends: str = ""
    events: list[EventRecord] = field(default_factory=list)


@dataclass(kw_only=True)
class ScheduleRecord:
    """`days_first` says that three-part durations are days:hours:minutes, as pretalx writes them."""

    title: str = ""
    acronym: str = ""
    version: str = ""
    url: str = ""
    zone: str = ""
    day_change: str = ""
    days_first: bool = False
    days: list[DayRecord] = field(default_factory=list)
    rooms: list[RoomRecord] = field(default_factory=list)
    tracks: list[TrackRecord] = field(default_factory=list)
