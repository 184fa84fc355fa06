"""From the bare texts of one event to an event, or to a finding that says why not."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from services.sessions.schedules.findings import Findings
from services.sessions.schedules.model import ScheduleEvent, ScheduleLink, SchedulePerson
from services.sessions.schedules.records import EventRecord, LinkRecord, PersonRecord
from services.sessions.schedules.texts import Texts
from services.sessions.schedules.values import (
    parse_clock,
    parse_day,
    parse_guid,
    parse_minutes,
    parse_moment,
    quoted,
)

_HARMLESS_SCHEMES: Final = frozenset(
    (
        "",
        "http",
        "https",
        "mailto",
        "tel",
        "ftp",
        "git",
        "bzr",
        "svn",
        "irc",
        "ircs",
        "matrix",
        "xmpp",
        "rtsp",
    )
)
_YES: Final = frozenset(("true", "1", "yes"))


@dataclass(kw_only=True)
class EventAssembly:
    """Reads the events of one file one after the other and remembers which keys were taken."""

    findings: Findings
    texts: Texts
    day_change: time
    days_first: bool
    taken: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    without_guid: int = 0
    odd_guids: int = 0

    def read(self, record: EventRecord, *, index: int, on: date) -> ScheduleEvent | None:
        where = record.where
        title = self._title(record)
        try:
            starts_at = self._start(record, on)
            minutes = self._minutes(record, starts_at)
        except ValueError as error:
            self.findings.warn("event_left_out", f"{quoted(title)} was left out: {error}.", where)
            return None
        self._note_date(starts_at.date(), on, title, where)
        guid, ref = self._identity(record)
        return ScheduleEvent(
            id=self.texts.line(record.id, 200, "id", where),
            guid=guid,
            ref=ref,
            starts_at=starts_at,
            minutes=minutes,
            room=self._room(record),
            day_index=index,
            title=title,
            code=self.texts.line(record.code, 200, "code", where),
            slug=self.texts.line(record.slug, 300, "slug", where),
            url=self._page_address(record.url, where),
            subtitle=self.texts.line(record.subtitle, 500, "subtitle", where),
            track=self.texts.line(record.track, 200, "track", where),
            kind=self.texts.line(record.kind, 60, "type", where),
            language=self.texts.line(record.language, 20, "language", where),
            abstract=self.texts.prose(record.abstract, "abstract", where),
            description=self.texts.prose(record.description, "description", where),
            persons=tuple(person for entry in record.persons if (person := self._person(entry, where))),
            links=tuple(link for entry in record.links if (link := self._link(entry, where))),
            attachments=tuple(link for entry in record.attachments if (link := self._link(entry, where))),
            license=self.texts.line(record.license, 200, "license", where),
            recording_optout=record.optout.strip().lower() in _YES,
            line=record.line,
            series=record.series,
        )

    def note_guids(self) -> None:
        """One finding for all events without a guid, one for all guids in another form."""
        if self.without_guid:
            self.findings.note(
                "no_guid",
                f"{self.without_guid} event(s) have no guid; they are known by their id, which only this file knows.",
            )
        if self.odd_guids:
            self.findings.note("odd_guid", f"{self.odd_guids} guid(s) are not written as UUIDs.")

    def _title(self, record: EventRecord) -> str:
        title = self.texts.line(record.title, 500, "title", record.where)
        if title:
            return title
        self.findings.warn("no_title", "An event without a title is called “Untitled”.", record.where)
        return "Untitled"

    def _room(self, record: EventRecord) -> str:
        room = self.texts.line(record.room, 200, "room", record.where)
        if not room:
            self.findings.warn("no_room", f"{quoted(record.title)} has no room.", record.where)
        return room

    def _start(self, record: EventRecord, on: date) -> datetime:
        """The date with its time; else the date and the start, which before the change of day is the next morning."""
        stamp = record.date.strip()
        if len(stamp) > len("2026-11-27"):
            return parse_moment(stamp)
        if not record.start.strip():
            raise ValueError("it has no start")
        clock = parse_clock(record.start)
        if stamp:
            return datetime.combine(parse_day(stamp), clock)
        return datetime.combine(on + timedelta(days=1 if clock < self.day_change else 0), clock)

    def _minutes(self, record: EventRecord, starts_at: datetime) -> int:
        if record.duration.strip():
            return parse_minutes(record.duration, days_first=self.days_first)
        if not record.end.strip():
            raise ValueError("it has no duration")
        ends_at = parse_moment(record.end)
        if (ends_at.tzinfo is None) != (starts_at.tzinfo is None):
            raise ValueError("only one of its start and end has an offset")
        return parse_minutes(str(int((ends_at - starts_at).total_seconds() // 60)), days_first=False)

    def _note_date(self, starts_on: date, on: date, title: str, where: str) -> None:
        if not 0 <= (starts_on - on).days <= 1:
            self.findings.warn(
                "outside_day", f"{quoted(title)} starts on {starts_on}, but stands under the day {on}.", where
            )

    def _identity(self, record: EventRecord) -> tuple[UUID | None, str]:
        """The guid as UUID where it is one, and the key of the event, made unique where the file repeats it."""
        given = self.texts.line(record.guid, 100, "guid", record.where)
        number = self.texts.line(record.id, 200, "id", record.where)
        guid = self._guid(given)
        if number and number in self.ids:
            self.findings.warn(
                "repeated_id", f"The id {quoted(number)} occurs again; apps lose one of them.", record.where
            )
        self.ids.add(number)
        ref = given or number or record.where
        if ref not in self.taken:
            self.taken.add(ref)
            return guid, ref
        if given:
            self.findings.warn("repeated_guid", f"The guid {quoted(given)} occurs again.", record.where)
        count = 2
        while f"{ref}#{count}" in self.taken:
            count += 1
        self.taken.add(f"{ref}#{count}")
        return None, f"{ref}#{count}"

    def _guid(self, given: str) -> UUID | None:
        if not given:
            self.without_guid += 1
            return None
        try:
            guid = parse_guid(given)
        except ValueError:
            self.odd_guids += 1
            return None
        self.odd_guids += str(guid) != given.lower()
        return guid

    def _person(self, record: PersonRecord, where: str) -> SchedulePerson | None:
        name = self.texts.line(record.name, 300, "name of a person", where)
        if not name:
            return None
        try:
            guid = parse_guid(record.guid) if record.guid else None
        except ValueError:
            guid = None
        return SchedulePerson(
            name=name,
            id=self.texts.line(record.id, 200, "id of a person", where),
            guid=guid,
            biography=self.texts.prose(record.biography, "biography", where),
            avatar_url=self._page_address(record.avatar_url, where),
        )

    def _page_address(self, text: str, where: str) -> str:
        """The address if it is one of the web or relative to it."""
        url = self.texts.line(text, 2000, "address", where)
        return url if _scheme_of(url) in ("", "http", "https") else ""

    def _link(self, record: LinkRecord, where: str) -> ScheduleLink | None:
        url = self.texts.line(record.url, 2000, "link", where)
        if not url:
            return None
        if _scheme_of(url) not in _HARMLESS_SCHEMES:
            self.findings.warn("link_left_out", f"The link {quoted(url)} was left out.", where)
            return None
        return ScheduleLink(url=url, title=self.texts.line(record.title, 500, "title of a link", where))


def _scheme_of(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:
        return "unreadable"
