"""When an entry that repeats takes place (RFC 5545 3.8.5), within bounds that no rule can break."""

from datetime import datetime, timedelta
from typing import Final

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

MOST_REPEATS: Final = 366
LONGEST_SPAN: Final = timedelta(days=2 * 366)

_PARTS: Final = frozenset(
    (
        *("FREQ", "UNTIL", "COUNT", "INTERVAL", "WKST", "BYSETPOS", "BYHOUR", "BYMINUTE"),
        *("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH"),
    )
)
_CLOSE_TO_THE_END: Final = range(9994, 9500, -1)
_YEARS: Final = range(-1, 4)  # the year before, for week numbers, and the span


def local_starts(rule: str, first: datetime, until: datetime | None) -> tuple[list[datetime], bool]:
    """The starts on the clock of the entry, without a zone, and whether the bounds cut any off.

    Raises ValueError with the reason for a rule that cannot be followed.
    """
    parts = _parts(rule)
    frequency = parts.get("FREQ", "nothing")
    if frequency not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        raise ValueError(
            f"it repeats {frequency.lower()[:20]}, and only days, weeks, months and years are followed"
        )
    parts.pop("UNTIL", None)
    # A rule that never comes true is followed up to the year 9999. So it is followed in years shortly before
    # that, in which the calendar is the same.
    year = _like(first.year)
    shift = year - first.year
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    begin = first.replace(year=year)
    kept: list[datetime] = []
    try:
        for moment in rrulestr(text, dtstart=begin):
            if moment - begin > LONGEST_SPAN:
                return kept, until is None or until > first + LONGEST_SPAN
            real = moment.replace(year=moment.year - shift)
            if until is not None and real > until:
                break
            if len(kept) == MOST_REPEATS:
                return kept, True
            kept.append(real)
    except (ValueError, IndexError, TypeError, OverflowError) as error:
        raise ValueError(f"its rule cannot be followed ({error})") from error
    return kept, False


def until_of(rule: str) -> str:
    """The text of UNTIL; "" where the rule has none."""
    return _parts(rule).get("UNTIL", "")


def _parts(rule: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in rule.upper().replace(" ", "").split(";")]
    parts = {name: value for name, _, value in pairs if name in _PARTS and value}
    for name in ("INTERVAL", "COUNT"):
        if name in parts and not (parts[name].isdecimal() and int(parts[name][:9]) > 0):
            raise ValueError(f"its rule has the {name.lower()} {parts[name][:20]}")
    return parts


def _like(year: int) -> int:
    """A late year that begins on the same weekday and has the same leap years around it."""
    return next(late for late in _CLOSE_TO_THE_END if all(_same(year + by, late + by) for by in _YEARS))


def _same(year: int, other: int) -> bool:
    def shape(number: int) -> tuple[int, int]:
        return datetime(number, 1, 1).weekday(), datetime(number, 12, 31).weekday()  # noqa: DTZ001

    return shape(year) == shape(other)
