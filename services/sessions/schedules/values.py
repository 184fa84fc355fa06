"""Single values of a schedule file, read liberally; whatever cannot be read raises ValueError with the reason."""

import base64
import binascii
import re
from datetime import date, datetime, time, timedelta
from uuid import UUID

FIRST_YEAR, LAST_YEAR = 1970, 2199
LONGEST_MINUTES = 14 * 24 * 60
LARGEST_OFFSET = timedelta(hours=14)

_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?", re.ASCII)
_DURATION = re.compile(r"([0-9]{1,5}):([0-9]{1,2})(?::([0-9]{1,2}))?", re.ASCII)
_MINUTES = re.compile(r"[0-9]{1,6}", re.ASCII)
_COLOR = re.compile(r"#?([0-9a-fA-F]{6})", re.ASCII)
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def without_control_characters(text: str) -> str:
    """The text without what XML, databases and calendars refuse: NUL, control characters, lone surrogates."""
    return _FORBIDDEN.sub("", text)


def quoted(text: str, *, most: int = 60) -> str:
    """The text as a message may show it: one line, cut when long."""
    line = " ".join(without_control_characters(text).split())
    return f"“{line[:most]}…”" if len(line) > most else f"“{line}”"


def parse_day(text: str) -> date:
    """A calendar date from `2026-11-27`, also from the front of a date and time."""
    try:
        day = date.fromisoformat(text.strip()[:10])
    except ValueError as error:
        raise ValueError(f"{quoted(text)} is not a date: {error}") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"the year of {quoted(text)} is not between {FIRST_YEAR} and {LAST_YEAR}")
    return day


def parse_moment(text: str) -> datetime:
    """A date and time, aware exactly when the text has an offset; ISO 8601, to the second."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f"{quoted(text)} is not a date and time: {error}") from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"the year of {quoted(text)} is not between {FIRST_YEAR} and {LAST_YEAR}")
    offset = moment.utcoffset()
    if offset is not None and abs(offset) > LARGEST_OFFSET:
        raise ValueError(f"{quoted(text)} has an offset that no place on earth has")
    return moment.replace(microsecond=0)


def parse_clock(text: str) -> time:
    """A time of day from `9:30`, `09:30` or `09:30:00`."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{quoted(text)} is not a time of day like 09:30")
    try:
        return time(int(match[1]), int(match[2]))
    except ValueError as error:
        raise ValueError(f"{quoted(text)} is not a time of day: {error}") from error


def parse_minutes(text: str, *, days_first: bool) -> int:
    """A length in whole minutes, at least 1, from `00:30` or bare minutes.

    Three parts are hours:minutes:seconds in the voc schema and days:hours:minutes when pretalx writes them.
    """
    stripped = text.strip()
    if _MINUTES.fullmatch(stripped):
        return _require_length(int(stripped), text)
    match = _DURATION.fullmatch(stripped)
    if match is None:
        raise ValueError(f"{quoted(text)} is not a duration like 00:30")
    first, second, third = int(match[1]), int(match[2]), match[3]
    if third is None:
        return _require_length(first * 60 + second, text)
    if days_first and second < 24:
        return _require_length((first * 24 + second) * 60 + int(third), text)
    return _require_length(first * 60 + second, text)


def _require_length(minutes: int, text: str) -> int:
    if minutes < 1:
        raise ValueError(f"the duration {quoted(text)} is not longer than nothing")
    if minutes > LONGEST_MINUTES:
        raise ValueError(f"the duration {quoted(text)} is longer than two weeks")
    return minutes


def parse_guid(text: str) -> UUID:
    """A UUID in its usual form, or in the 22 characters of base64url that frab once wrote."""
    stripped = text.strip()
    try:
        return UUID(stripped)
    except ValueError:
        pass
    try:
        return UUID(bytes=base64.b64decode(stripped + "==", altchars=b"-_", validate=True))
    except (ValueError, binascii.Error) as error:
        raise ValueError(f"{quoted(text)} is not a UUID") from error


def find_color(text: str) -> str | None:
    """`#rrggbb` in lower case, if the text is such a colour."""
    match = _COLOR.fullmatch(text.strip())
    return f"#{match[1].lower()}" if match else None
