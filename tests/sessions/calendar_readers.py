"""What programs that we did not write read in a calendar: icalendar, vobject, libical and ical.js."""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import icalendar
import vobject
from playwright.sync_api import Page

ICAL_JS = Path(__file__).parents[2] / "node_modules" / "ical.js" / "dist" / "ical.es5.min.cjs"
# Zones of the calendar have to be known before the times that name them are read.
READ_IN_PAGE = """(text) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  ICAL.TimezoneService.reset();
  calendar.getAllSubcomponents("vtimezone").forEach((zone) => ICAL.TimezoneService.register(zone));
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return [event.uid, event.startDate.toUnixTime(), event.endDate.toUnixTime(), event.summary,
            component.getFirstPropertyValue("status"), event.sequence];
  });
}"""


@dataclass(frozen=True, kw_only=True, order=True)
class Seen:
    """One entry as a reader shows it; the instants are in UTC."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    status: str
    sequence: int


Reader = Callable[[bytes], list[Seen]]


def by_icalendar(content: bytes) -> list[Seen]:
    """Raises ValueError where it has anything to complain about."""
    calendar = icalendar.Calendar.from_ical(content)
    if complaints := [error for part in calendar.walk() for error in part.errors]:
        raise ValueError(complaints)
    return sorted(
        Seen(
            uid=str(event["uid"]),
            starts_at=event["dtstart"].dt.astimezone(UTC),
            ends_at=event["dtend"].dt.astimezone(UTC),
            summary=str(event["summary"]),
            status=str(event["status"]),
            sequence=int(event["sequence"]),
        )
        for event in calendar.walk("VEVENT")
    )


def by_vobject(content: bytes) -> list[Seen]:
    """Raises its ValidateError for what the standard forbids."""
    calendar = vobject.readOne(content.decode())
    calendar.validate(raiseException=True)
    return sorted(
        Seen(
            uid=event.uid.value,
            starts_at=event.dtstart.value.astimezone(UTC),
            ends_at=event.dtend.value.astimezone(UTC),
            summary=event.summary.value,
            status=event.status.value,
            sequence=int(event.sequence.value),
        )
        for event in calendar.contents.get("vevent", [])
    )


class IcalTime(ctypes.Structure):
    """`struct icaltimetype` of libical 3."""

    _fields_ = [
        *((name, ctypes.c_int) for name in ("year", "month", "day", "hour", "minute", "second")),
        ("is_date", ctypes.c_int),
        ("is_daylight", ctypes.c_int),
        ("zone", ctypes.c_void_p),
    ]


@cache
def _libical() -> ctypes.CDLL:
    library = ctypes.CDLL("libical.so.3")
    for names, kind in (
        (("icalparser_parse_string", "icalcomponent_get_first_component"), ctypes.c_void_p),
        (("icalcomponent_get_next_component",), ctypes.c_void_p),
        (("icalcomponent_get_dtstart", "icalcomponent_get_dtend"), IcalTime),
        (("icalcomponent_get_uid", "icalcomponent_get_summary"), ctypes.c_char_p),
        (("icalcomponent_as_ical_string", "icalproperty_status_to_string"), ctypes.c_char_p),
        (("icaltime_as_timet_with_zone",), ctypes.c_long),
    ):
        for name in names:
            getattr(library, name).restype = kind
    return library


def by_libical(content: bytes) -> list[Seen]:
    """Raises ValueError for what libical cannot parse or its table of restrictions forbids."""
    library = _libical()
    calendar = ctypes.c_void_p(library.icalparser_parse_string(content))
    if not calendar:
        raise ValueError("libical reads no calendar")
    try:
        if library.icalrestriction_check(calendar) != 1 or library.icalcomponent_count_errors(calendar):
            written = library.icalcomponent_as_ical_string(calendar).decode()
            raise ValueError([line for line in written.splitlines() if line.startswith("X-LIC-ERROR")])
        return sorted(_libical_events(library, calendar))
    finally:
        library.icalcomponent_free(calendar)


def _libical_events(library: ctypes.CDLL, calendar: ctypes.c_void_p) -> list[Seen]:
    found, kind = [], library.icalcomponent_string_to_kind(b"VEVENT")
    event = ctypes.c_void_p(library.icalcomponent_get_first_component(calendar, kind))
    while event:
        status = library.icalproperty_status_to_string(library.icalcomponent_get_status(event))
        found.append(
            Seen(
                uid=library.icalcomponent_get_uid(event).decode(),
                starts_at=_libical_instant(library, library.icalcomponent_get_dtstart(event)),
                ends_at=_libical_instant(library, library.icalcomponent_get_dtend(event)),
                summary=library.icalcomponent_get_summary(event).decode(),
                status=status.decode(),
                sequence=library.icalcomponent_get_sequence(event),
            )
        )
        event = ctypes.c_void_p(library.icalcomponent_get_next_component(calendar, kind))
    return found


def _libical_instant(library: ctypes.CDLL, moment: IcalTime) -> datetime:
    seconds = library.icaltime_as_timet_with_zone(moment, ctypes.c_void_p(moment.zone))
    return datetime.fromtimestamp(seconds, UTC)


def ical_js(page: Page) -> Reader:
    """The reader of Thunderbird, in a page of Chromium."""
    page.evaluate(ICAL_JS.read_text())

    def by_ical_js(content: bytes) -> list[Seen]:
        return sorted(
            Seen(
                uid=uid,
                starts_at=datetime.fromtimestamp(starts, UTC),
                ends_at=datetime.fromtimestamp(ends, UTC),
                summary=summary,
                status=status,
                sequence=sequence,
            )
            for uid, starts, ends, summary, status, sequence in page.evaluate(READ_IN_PAGE, content.decode())
        )

    return by_ical_js
