"""Dates, times and lengths as calendar files write them (RFC 5545 3.3); what cannot be read raises ValueError."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from icalendar import vDuration

from services.sessions.ical.foreign_zones import ForeignZones
from services.sessions.ical.lines import Line

_DATE: Final = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_DATE_TIME: Final = re.compile(r"(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})?(Z)?", re.ASCII | re.IGNORECASE)
_YEARS: Final = range(1970, 2200)


def read_moment(text: str, line: Line, zones: ForeignZones) -> datetime | date:
    """A date; or a date and time, aware unless the file leaves the clock open or names one that nobody knows."""
    stripped = text.strip()
    if match := _DATE.fullmatch(stripped):
        return date(*_in_range(match.groups(), text))
    match = _DATE_TIME.fullmatch(stripped)
    if match is None:
        raise ValueError(f"“{stripped[:40]}” is not a date and time")
    year, month, day = _in_range(match.groups()[:3], text)
    try:
        moment = datetime(year, month, day, int(match[4]), int(match[5]), min(int(match[6] or 0), 59))  # noqa: DTZ001
    except ValueError as error:
        raise ValueError(f"“{stripped[:40]}” is not a date and time: {error}") from error
    if match[7]:
        return moment.replace(tzinfo=UTC)
    name = line.params.get("TZID", "")
    if not name:
        return moment
    return moment.replace(tzinfo=zones.find(name, line.number))


def read_time(text: str, line: Line, zones: ForeignZones, *, beside: datetime | None = None) -> datetime:
    """A date and time, told like the one `beside` it: with a clock or without. Raises ValueError."""
    moment = read_moment(text, line, zones)
    if not isinstance(moment, datetime):
        raise ValueError("it lasts all day, and an agenda has times")  # noqa: TRY004  the type is what the file says
    if beside is not None and (moment.tzinfo is None) != (beside.tzinfo is None):
        raise ValueError("only one of two times that belong together has a time zone")
    return moment


def read_length(text: str) -> timedelta:
    try:
        length = vDuration.from_ical(text.strip())
    except (ValueError, OverflowError) as error:
        raise ValueError(f"“{text[:40]}” is not a duration") from error
    return timedelta(seconds=length.total_seconds())


def instant_key(moment: datetime | date) -> str:
    """The moment as a text that is the same whichever clock told it; a date, or a time on an open clock, as it is."""
    if not isinstance(moment, datetime):
        return f"{moment:%Y%m%d}"
    if moment.tzinfo is None:
        return f"{moment:%Y%m%dT%H%M%S}"
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _in_range(parts: tuple[str | None, ...], text: str) -> tuple[int, int, int]:
    year, month, day = (int(part or 0) for part in parts)
    if year not in _YEARS:
        raise ValueError(f"the year of “{text[:40]}” is not between {_YEARS[0]} and {_YEARS[-1]}")
    date(year, month, day)
    return year, month, day
