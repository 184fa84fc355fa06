"""Time zones as yearly rules (VTIMEZONE, RFC 5545 3.6.5), because desktop calendars misread lists of dates."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

LAST: Final = -1
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BEGAN: Final = 1970  # the year from which the rules are said to hold; clients know no older meetings


@dataclass(frozen=True, kw_only=True)
class _Change:
    """A change of the clock. `at` is what the clock showed until then, without a zone."""

    at: datetime
    before: timedelta
    after: timedelta
    name: str

    @property
    def pattern(self) -> tuple[object, ...]:
        """What has to be the same every year for a rule to say it."""
        return (self.at.month, self.at.weekday(), self.at.time(), self.before, self.after, self.name)

    @property
    def turns(self) -> set[int]:
        """Which weekday of its month that is: the first (1) to the fourth, or the last."""
        found = set()
        if self.at.day <= 28:
            found.add((self.at.day - 1) // 7 + 1)
        if self.at.day + 7 > monthrange(self.at.year, self.at.month)[1]:
            found.add(LAST)
        return found


def zone_text(zone: str, years: range) -> bytes | None:
    """The VTIMEZONE of an IANA zone, CRLF included; None where no yearly rules say what its clock does in all years.

    So it is where the clock follows the moon, as in Morocco, or changes for good within these years.
    """
    place = ZoneInfo(zone)
    changes = [list(_changes(place, year)) for year in years]
    if not any(changes):
        new_year = datetime(years[0], 1, 1, tzinfo=UTC)
        parts = [_observance(_still(new_year.astimezone(place)), "")]
    elif all(len(of_year) == 2 for of_year in changes):
        parts = [_ruled(same) for same in zip(*changes, strict=True)]
    else:
        return None
    if not all(parts):
        return None
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone}", *(line for part in parts for line in part), "END:VTIMEZONE"]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _changes(place: ZoneInfo, year: int) -> Iterator[_Change]:
    """The changes of the clock in one year, to the minute."""
    day, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    while day < end:
        if _offset(place, day) != _offset(place, day + timedelta(days=1)):
            yield _change_within(place, day)
        day += timedelta(days=1)


def _change_within(place: ZoneInfo, day: datetime) -> _Change:
    before, after = _offset(place, day), _offset(place, day + timedelta(days=1))
    low, high = 0, 24 * 60
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(place, day + timedelta(minutes=middle)) == before:
            low = middle
        else:
            high = middle
    instant = day + timedelta(minutes=high)
    shown = (instant + before).replace(tzinfo=None)
    return _Change(at=shown, before=before, after=after, name=instant.astimezone(place).tzname() or "")


def _offset(place: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(place).utcoffset() or timedelta(0)


def _still(local: datetime) -> _Change:
    """The clock of a zone in which it is never changed."""
    offset = local.utcoffset() or timedelta(0)
    return _Change(at=datetime(_BEGAN, 1, 1), before=offset, after=offset, name=local.tzname() or "")  # noqa: DTZ001


def _ruled(same: tuple[_Change, ...]) -> list[str]:
    """The lines of a change that comes every year; none where it follows no rule."""
    first = same[0]
    turns = set.intersection(*(change.turns for change in same))
    if len({change.pattern for change in same}) > 1 or not turns:
        return []
    turn = min(turns)
    start = _turn_of(turn, first.at)
    rule = f"FREQ=YEARLY;BYMONTH={first.at.month};BYDAY={turn}{_DAYS[first.at.weekday()]}"
    return _observance(_Change(at=start, before=first.before, after=first.after, name=first.name), rule)


def _turn_of(turn: int, at: datetime) -> datetime:
    """The same weekday of the same month in the year the rules begin."""
    length = monthrange(_BEGAN, at.month)[1]
    days = [at.replace(year=_BEGAN, day=day) for day in range(1, length + 1)]
    same = [day for day in days if day.weekday() == at.weekday()]
    return same[turn] if turn == LAST else same[turn - 1]


def _observance(change: _Change, rule: str) -> list[str]:
    kind = "DAYLIGHT" if change.after > change.before else "STANDARD"
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{change.at:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_offset_text(change.before)}",
        f"TZOFFSETTO:{_offset_text(change.after)}",
        f"TZNAME:{change.name}",
        *([f"RRULE:{rule}"] if rule else []),
        f"END:{kind}",
    ]


def _offset_text(offset: timedelta) -> str:
    minutes = round(abs(offset).total_seconds() / 60)
    return f"{'-' if offset < timedelta(0) else '+'}{minutes // 60:02}{minutes % 60:02}"
