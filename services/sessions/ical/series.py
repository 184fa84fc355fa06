"""One event of a calendar file, and the times at which it takes place."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.sessions.ical.foreign_zones import ForeignZones
from services.sessions.ical.found import FoundCalendar
from services.sessions.ical.lines import Block, Line
from services.sessions.ical.moments import instant_key, read_length, read_moment, read_time
from services.sessions.ical.recurring import LONGEST_SPAN, MOST_REPEATS, local_starts, until_of

MOST_SERIES: Final = 200
MOST_DATES: Final = 2000

Occurrence = tuple[datetime, timedelta, str]
"""Start, length (nothing where the file gives no end), and what the entry is called in its series."""


@dataclass(frozen=True, kw_only=True)
class Original:
    """An event as the file has it; `repeats` is the key of the one of a series that it stands for, or empty."""

    block: Block
    uid: str
    starts_at: datetime
    length: timedelta
    sequence: int
    repeats: str

    @property
    def repeated(self) -> bool:
        return not self.repeats and bool(self.block.all("RRULE", "RDATE"))


def original_of(block: Block, uid: str, zones: ForeignZones) -> Original:
    """Raises ValueError with the reason for an event that has no time or lasts all day."""
    start = block.first("DTSTART")
    if start is None or not start.value:
        raise ValueError("it has no start")
    starts_at = read_time(start.value, start, zones)
    sequence = block.value("SEQUENCE")
    return Original(
        block=block,
        uid=uid,
        starts_at=starts_at,
        length=_length(block, starts_at, zones),
        sequence=int(sequence[:9]) if sequence.isdecimal() else 0,
        repeats=stands_for(block, zones),
    )


def stands_for(block: Block, zones: ForeignZones) -> str:
    """The key of the date of a series that the event replaces; "" where it replaces none. Raises ValueError."""
    again = block.first("RECURRENCE-ID")
    return instant_key(read_moment(again.value, again, zones)) if again else ""


def take_place(
    one: Original, replaced: set[str], zones: ForeignZones, found: FoundCalendar
) -> list[Occurrence]:
    """All times of the event; those that the file tells elsewhere or excepts are not among them.

    Raises ValueError with the reason for a rule that cannot be followed.
    """
    again = one.block.first("RECURRENCE-ID")
    if again and "RANGE" in again.params:
        found.warn(
            "only_one", "A change of all later dates of a series was taken for one date.", again.number
        )
    for line in one.block.all("EXRULE"):
        found.warn("rule_ignored", "A rule that takes dates out of a series was not followed.", line.number)
    if one.repeats:
        return [(one.starts_at, one.length, one.repeats)]
    if not one.repeated:
        return [(one.starts_at, one.length, "")]
    without = replaced | set(_exceptions(one.block, zones, found))
    times = dict.fromkeys(_by_rules(one, zones, found), one.length)
    times.update(_by_dates(one, zones, found))
    ordered = sorted(times.items(), key=lambda item: instant_key(item[0]))
    kept = [
        (start, length, instant_key(start))
        for start, length in ordered
        if not {instant_key(start), instant_key(start.replace(tzinfo=None)), f"{start:%Y%m%d}"} & without
    ]
    if len(kept) > MOST_REPEATS:
        found.warn(
            "series_cut",
            f"A series has {len(kept)} dates; the first {MOST_REPEATS} were taken.",
            one.block.number,
        )
    return kept[:MOST_REPEATS]


def _length(block: Block, starts_at: datetime, zones: ForeignZones) -> timedelta:
    end, duration = block.first("DTEND"), block.first("DURATION")
    if end is not None and end.value:
        ends_at = read_time(end.value, end, zones, beside=starts_at)
        length = _between(starts_at, ends_at)
    else:
        length = read_length(duration.value) if duration is not None else timedelta(0)
    if length < timedelta(0):
        raise ValueError("it ends before it begins")
    return length if length >= timedelta(minutes=1) else timedelta(0)


def _between(first: datetime, second: datetime) -> timedelta:
    """The time that passes: two times of one zone are told apart by more than their clock, which may change between."""
    nothing = timedelta(0)
    passed = second.replace(tzinfo=None) - first.replace(tzinfo=None)
    return passed - ((second.utcoffset() or nothing) - (first.utcoffset() or nothing))


def _by_rules(one: Original, zones: ForeignZones, found: FoundCalendar) -> Iterator[datetime]:
    """The first, as RFC 5545 counts it always, and what the rules add."""
    zone = one.starts_at.tzinfo
    yield one.starts_at
    for line in one.block.all("RRULE"):
        starts, cut = local_starts(line.value, one.starts_at.replace(tzinfo=None), _until(line, one, zones))
        if cut:
            years = LONGEST_SPAN.days // 366
            text = f"A series goes on; {len(starts)} dates within {years} years of its first were taken."
            found.warn("series_cut", text, line.number)
        yield from (start.replace(tzinfo=zone) for start in starts)


def _until(line: Line, one: Original, zones: ForeignZones) -> datetime | None:
    """The last moment of a rule on the clock of the event."""
    text = until_of(line.value)
    if not text:
        return None
    until = read_moment(text, Line(number=line.number, name="UNTIL", params={}, value=text), zones)
    if not isinstance(until, datetime):
        return datetime(until.year, until.month, until.day, 23, 59, 59)  # noqa: DTZ001
    if until.tzinfo is not None and one.starts_at.tzinfo is not None:
        until = until.astimezone(one.starts_at.tzinfo)
    return until.replace(tzinfo=None)


def _by_dates(
    one: Original, zones: ForeignZones, found: FoundCalendar
) -> Iterator[tuple[datetime, timedelta]]:
    for text, line in _texts(one.block, "RDATE", found):
        begin, _, end = text.partition("/")
        try:
            start = read_time(begin, line, zones, beside=one.starts_at)
            yield start, _period_length(start, end, line, zones) if end else one.length
        except ValueError as error:
            found.warn("date_left_out", f"A date of a series was left out: {error}.", line.number)


def _period_length(start: datetime, end: str, line: Line, zones: ForeignZones) -> timedelta:
    if end.upper().startswith(("P", "+P")):
        return max(read_length(end), timedelta(0))
    length = _between(start, read_time(end, line, zones, beside=start))
    if length < timedelta(0):
        raise ValueError("it ends before it begins")
    return length


def _exceptions(block: Block, zones: ForeignZones, found: FoundCalendar) -> Iterator[str]:
    for text, line in _texts(block, "EXDATE", found):
        try:
            moment = read_moment(text, line, zones)
        except ValueError as error:
            found.warn("date_left_out", f"An exception of a series could not be read: {error}.", line.number)
            continue
        yield instant_key(moment)


def _texts(block: Block, name: str, found: FoundCalendar) -> Iterator[tuple[str, Line]]:
    """The dates that a series names one by one."""
    texts = [(text, line) for line in block.all(name) for text in line.value.split(",") if text.strip()]
    if len(texts) > MOST_DATES:
        text = f"A series names {len(texts)} dates one by one; {MOST_DATES} of them were read."
        found.warn("series_cut", text, block.number)
    yield from texts[:MOST_DATES]
