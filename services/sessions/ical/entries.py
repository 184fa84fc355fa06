"""Calendars (RFC 5545, 7986): the text of one entry, and calendars joined from such texts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneStandard, vText, vUri

PRODUCT: Final = "-//Plenary//Plenary sessions//EN"
REFRESH: Final = timedelta(hours=1)

_END: Final = b"END:VCALENDAR\r\n"
_LINE_ENDS: Final = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_FORBIDDEN: Final = re.compile("[^\t\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, kw_only=True)
class CalendarEntry:
    """One slot as calendars show it.

    `uid` and `sequence` belong to the slot and survive every change; all moments are aware. `watch_url` is the
    page of the livestream. Raises ValueError for naive moments and for an end that is not after the start.
    """

    uid: str
    sequence: int
    last_modified: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""
    categories: tuple[str, ...] = ()
    cancelled: bool = False
    watch_url: str = ""

    def __post_init__(self) -> None:
        if any(moment.tzinfo is None for moment in (self.last_modified, self.starts_at, self.ends_at)):
            raise ValueError(f"calendar entry {self.uid} needs aware moments")
        if self.ends_at <= self.starts_at:
            raise ValueError(f"calendar entry {self.uid} must end after it starts")


class _Escaped(vText):
    """A TEXT value escaped already: icalendar's own escaping turns a backslash before a capital N into a line break."""

    def to_ical(self) -> bytes:
        return str(self).encode("utf-8")


def event_text(entry: CalendarEntry, *, zone: str = "") -> bytes:
    """The VEVENT of an entry, CRLF included; equal entries give equal bytes.

    Times are UTC, because sessions do not recur and every client reads those alike; with `zone` they are those of its
    clock, except in the hour that it shows twice. DTSTAMP is LAST-MODIFIED, which is what it means in a calendar
    without METHOD.
    """
    starts_at, ends_at = (_on_clock(moment, zone) for moment in (entry.starts_at, entry.ends_at))
    event = Event()
    event.add("uid", _line(entry.uid))
    event.add("dtstamp", entry.last_modified.astimezone(UTC))
    event.add("last-modified", entry.last_modified.astimezone(UTC))
    event.add("sequence", max(entry.sequence, 0))
    event.add("dtstart", starts_at)
    event.add("dtend", ends_at)
    event.add("summary", _line(f"Cancelled: {entry.summary}" if entry.cancelled else entry.summary))
    event.add("location", _line(entry.location) or _line("To be announced"))
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    if entry.cancelled:
        event.add("transp", "TRANSPARENT")
    page, watch = _address(entry.url), _address(entry.watch_url)
    if watch:
        event.add("conference", vUri(watch, params={"VALUE": "URI", "FEATURE": ["AUDIO", "VIDEO"]}))
    if watch or page:
        event.add("url", vUri(watch or page))
    if description := _description(entry, page, watch):
        event.add("description", description)
    if categories := [category for name in entry.categories if (category := _line(name))]:
        event.add("categories", _Escaped(",".join(categories)))
    return event.to_ical()


def calendar_text(
    texts: Iterable[bytes],
    *,
    name: str,
    description: str,
    source_url: str,
    last_modified: datetime,
    zone: bytes = b"",
) -> bytes:
    """A calendar to subscribe to, joined from what `event_text` gave; it has no METHOD, as feeds must not.

    `zone` is what `zone_text` gave, where the entries need it. An empty calendar gets the one component RFC 5545 asks
    for, the time zone UTC.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for property_name in ("name", "x-wr-calname"):
        calendar.add(property_name, _line(name))
    if about := _text(description):
        calendar.add("description", about)
        calendar.add("x-wr-caldesc", about)
    calendar.add("last-modified", last_modified.astimezone(UTC))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    if source := _address(source_url):
        calendar.add("source", vUri(source, params={"VALUE": "URI"}))
    body = zone + b"".join(texts) or _utc_zone()
    return calendar.to_ical().removesuffix(_END) + body + _END


def _on_clock(moment: datetime, zone: str) -> datetime:
    """The moment on the clock of a zone; in UTC without one, and in an hour that this clock shows twice."""
    local = moment.astimezone(ZoneInfo(zone)) if zone else moment.astimezone(UTC)
    # RFC 5545 3.3.5 says that the first showing is meant; libical takes the second.
    is_shown_twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    return moment.astimezone(UTC) if is_shown_twice else local


def _utc_zone() -> bytes:
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001  RFC 5545 3.6.5 asks for local time here
    standard.add("tzoffsetfrom", timedelta(0))
    standard.add("tzoffsetto", timedelta(0))
    standard.add("tzname", "UTC")
    zone = Timezone()
    zone.add("tzid", "Etc/UTC")
    zone.add_component(standard)
    return zone.to_ical()


def _description(entry: CalendarEntry, page: str, watch: str) -> _Escaped:
    """The watch link first, because few clients show CONFERENCE; the page last where the link took URL."""
    paragraphs = (f"Watch live: {watch}" if watch else "", entry.description.strip(), page if watch else "")
    return _text("\n\n".join(paragraph for paragraph in paragraphs if paragraph))


def _line(text: str) -> _Escaped:
    return _escaped(" ".join(_visible(text).split()))


def _text(text: str) -> _Escaped:
    return _escaped(_visible(text).strip())


def _visible(text: str) -> str:
    """Every kind of line end as LF, no control characters and no lone surrogates."""
    return _FORBIDDEN.sub("", _LINE_ENDS.sub("\n", text)).replace("\t", " ")


def _escaped(text: str) -> _Escaped:
    for plain, escape in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escape)
    return _Escaped(text)


def _address(text: str) -> str:
    """An http(s) address in ASCII, or "" when it is none."""
    address = quote("".join(_visible(text).split()), safe="%/:=&?~#+!$,;'()*@[]-._")
    return address if address.startswith(("https://", "http://")) else ""
