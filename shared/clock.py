"""Instants, conference time and wall clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def now() -> datetime:
    """The real time, aware, in UTC: for tokens, links and the outbox."""
    return datetime.now(UTC)


def conference_now(offset_seconds: int) -> datetime:
    """The time a conference lives in: real, unless a rehearsal has moved its clock."""
    return now() + timedelta(seconds=offset_seconds)


def find_zone(name: str) -> ZoneInfo | None:
    """The IANA zone of that name, if there is one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def to_local(instant: datetime, zone: str) -> datetime:
    """The wall-clock time of an instant in an IANA zone."""
    return instant.astimezone(ZoneInfo(zone))


def to_instant(local: datetime, zone: str) -> datetime:
    """The UTC instant of a naive wall-clock time; raises ValueError where that time never or twice existed."""
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    place = ZoneInfo(zone)
    first, second = (local.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    if first.astimezone(place).replace(tzinfo=None) != local:
        before, after = (to_local(instant, zone) for instant in (second, first))
        raise ValueError(
            f"{local:%H:%M} does not exist on {local:%Y-%m-%d} in {zone}: the clock jumps there. "
            f"Did you mean {before:%H:%M} or {after:%H:%M}?"
        )
    raise ValueError(
        f"{local:%H:%M} happens twice on {local:%Y-%m-%d} in {zone}. "
        f"Say which one with an offset: {first.astimezone(place):%z} or {second.astimezone(place):%z}."
    )


def date_words(instant: datetime, zone: str) -> str:
    """Thursday 26 November"""
    local = to_local(instant, zone)
    return f"{local:%A} {local.day} {local:%B}"


def span_words(start: datetime, end: datetime, zone: str) -> str:
    """09:30–10:15 CET"""
    return f"{to_local(start, zone):%H:%M}–{to_local(end, zone):%H:%M} {to_local(start, zone):%Z}"
