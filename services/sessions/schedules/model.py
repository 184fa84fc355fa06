"""A conference schedule as values, whichever dialect it was written in."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

Severity = Literal["warning", "notice"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something in a file that a person should know; the rest of the file was read all the same.

    `stands_for` is how many it tells of: more than one where a message only counts them.
    """

    severity: Severity
    code: str
    message: str
    where: str = ""
    stands_for: int = 1


@dataclass(frozen=True, kw_only=True)
class SchedulePerson:
    """A speaker as one event names them; `id` is the file's own and unique in that file only."""

    name: str
    id: str = ""
    guid: UUID | None = None
    biography: str = ""
    avatar_url: str = ""


@dataclass(frozen=True, kw_only=True)
class ScheduleLink:
    """A link or an attachment; files hold relative and odd addresses, so ask `is_web` before making an href."""

    url: str
    title: str = ""

    @property
    def is_web(self) -> bool:
        return self.url.startswith(("https://", "http://"))


@dataclass(frozen=True, kw_only=True)
class ScheduleRoom:
    name: str
    guid: UUID | None = None
    capacity: int | None = None


@dataclass(frozen=True, kw_only=True)
class ScheduleTrack:
    """A track; `color` is #rrggbb in lower case."""

    name: str
    color: str | None = None
    slug: str | None = None


@dataclass(frozen=True, kw_only=True)
class ScheduleDay:
    """A day of the conference, counted from 1; it may end after midnight."""

    index: int
    date: date
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ScheduleEvent:
    """One talk in one room.

    `starts_at` is aware when the file gives an offset and naive local time otherwise. `ref` is the guid exactly
    as the file writes it (some are no UUIDs), else the id: the key by which a second import finds the talk again.
    Texts are as the file has them, HTML included. `line` is the line in an XML file. Events of one
    `series` are the same talk, as long as they say the same.
    """

    id: str
    starts_at: datetime
    minutes: int
    room: str
    day_index: int
    title: str
    guid: UUID | None = None
    ref: str = ""
    code: str = ""
    slug: str = ""
    url: str = ""
    subtitle: str = ""
    track: str = ""
    kind: str = ""
    language: str = ""
    abstract: str = ""
    description: str = ""
    persons: tuple[SchedulePerson, ...] = ()
    links: tuple[ScheduleLink, ...] = ()
    attachments: tuple[ScheduleLink, ...] = ()
    license: str = ""
    recording_optout: bool = False
    line: int | None = None
    series: str = ""

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def key(self) -> str:
        """What identifies the talk in its file: the guid, else the id."""
        return self.ref or (str(self.guid) if self.guid else self.id)


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A whole schedule; `zone` is an IANA name or None, `acronym` is "" where the file has none."""

    title: str
    acronym: str
    version: str
    url: str
    zone: str | None
    days: tuple[ScheduleDay, ...]
    rooms: tuple[ScheduleRoom, ...]
    tracks: tuple[ScheduleTrack, ...]
    events: tuple[ScheduleEvent, ...]
    findings: tuple[Finding, ...] = ()
