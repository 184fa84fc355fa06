"""Intervals in which a room or a speaker can be had, as people write them."""

from collections.abc import Sequence
from datetime import datetime

from shared.clock import to_instant
from shared.errors import Invalid

FIELD = "available"


def read_spans(
    froms: Sequence[str], untils: Sequence[str], zone: str
) -> tuple[tuple[datetime, datetime], ...]:
    """Instants of pairs of local times; a pair of empty ones is none. Raises Invalid for the field `available`."""
    if len(froms) != len(untils):
        raise _refused("Every beginning needs an end.")
    spans = [
        (_instant(start, zone), _instant(end, zone))
        for start, end in zip(froms, untils, strict=True)
        if start or end
    ]
    if any(end <= start for start, end in spans):
        raise _refused("The end must come after the beginning.")
    return tuple(sorted(spans))


def _instant(text: str, zone: str) -> datetime:
    if not text:
        raise _refused("Write both the beginning and the end.")
    local = _read(text)
    if local is None or local.tzinfo is not None or not 1970 <= local.year < 2200:
        raise _refused(f"“{text[:40]}” is no date and time; write it like 2026-11-26 09:00.")
    try:
        return to_instant(local.replace(second=0, microsecond=0), zone)
    except ValueError as error:
        raise _refused(str(error)) from error


def _read(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _refused(text: str) -> Invalid:
    return Invalid(fields={FIELD: [text]})
