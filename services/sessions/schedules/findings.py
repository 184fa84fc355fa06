"""Collecting findings, and what shows only when the whole schedule is in view."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from services.sessions.schedules.model import Finding, ScheduleEvent, ScheduleRoom, Severity
from services.sessions.schedules.values import quoted
from shared.clock import find_zone

MOST_OF_A_KIND: Final = 5_000
BRIEF: Final = 50


class Findings:
    """A list that stays bounded whatever the file: of each kind the first 5,000, then a count of the rest."""

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self._seen: dict[tuple[Severity, str], int] = defaultdict(int)

    def warn(self, code: str, message: str, where: str = "") -> None:
        self._add("warning", code, message, where)

    def note(self, code: str, message: str, where: str = "") -> None:
        self._add("notice", code, message, where)

    def all(self) -> tuple[Finding, ...]:
        rest = [
            _rest(severity, code, seen - MOST_OF_A_KIND)
            for (severity, code), seen in self._seen.items()
            if seen > MOST_OF_A_KIND
        ]
        return (*self._kept, *rest)

    def _add(self, severity: Severity, code: str, message: str, where: str) -> None:
        self._seen[severity, code] += 1
        if self._seen[severity, code] <= MOST_OF_A_KIND:
            self._kept.append(Finding(severity=severity, code=code, message=message, where=where))


def in_brief(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """A list that stays readable: of each kind the first fifty, then a count of the rest."""
    kinds: dict[tuple[Severity, str], list[Finding]] = defaultdict(list)
    for one in findings:
        kinds[one.severity, one.code].append(one)
    short: list[Finding] = []
    for (severity, code), those in kinds.items():
        short += those[:BRIEF]
        more = sum(one.stands_for for one in those[BRIEF:])
        short += [_rest(severity, code, more)] if more else []
    return tuple(short)


def _rest(severity: Severity, code: str, count: int) -> Finding:
    return Finding(severity=severity, code=code, message=f"{count} more of the same kind.", stands_for=count)


def find_overlaps(
    events: Iterable[ScheduleEvent], zone: str | None
) -> list[tuple[ScheduleEvent, ScheduleEvent]]:
    """Pairs of events of which the second begins in a room before the first is over there."""
    rooms: dict[str, list[ScheduleEvent]] = defaultdict(list)
    for event in events:
        if event.room:
            rooms[event.room].append(event)
    overlaps = []
    for in_room in rooms.values():
        ordered = sorted(
            in_room, key=lambda event: (instant_of(event.starts_at, zone), event.minutes, event.key)
        )
        latest = ordered[0]
        for event in ordered[1:]:
            if instant_of(event.starts_at, zone) < instant_of(latest.ends_at, zone):
                overlaps.append((latest, event))
            if instant_of(event.ends_at, zone) > instant_of(latest.ends_at, zone):
                latest = event
    return overlaps


def instant_of(moment: datetime, zone: str | None) -> datetime:
    """The moment in UTC; naive times are read in the zone, or as UTC where there is none."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=(find_zone(zone) if zone else None) or UTC)
    return moment.astimezone(UTC)


def note_whole(
    findings: Findings,
    *,
    events: tuple[ScheduleEvent, ...],
    rooms: tuple[ScheduleRoom, ...],
    zone: str | None,
) -> None:
    """Adds what the zone, the rooms and the order of the events have against them."""
    _note_zone(findings, events, zone)
    _note_room_guids(findings, rooms)
    for first, second in find_overlaps(events, zone):
        findings.warn(
            "room_overlap",
            f"In {quoted(second.room)}, {quoted(second.title)} begins at {second.starts_at:%Y-%m-%d %H:%M}, "
            f"before {quoted(first.title)} is over at {first.ends_at:%H:%M}.",
            f"line {second.line}" if second.line else f"event {quoted(second.key)}",
        )


def _note_zone(findings: Findings, events: tuple[ScheduleEvent, ...], zone: str | None) -> None:
    aware = [event for event in events if event.starts_at.tzinfo is not None]
    if zone is None:
        if len(aware) < len(events):
            findings.warn("no_zone", "The file names no time zone, and its times are local: choose the zone.")
        else:
            findings.note("no_zone", "The file names no time zone; its times carry their own offset.")
        return
    place = find_zone(zone)
    against = [
        event
        for event in aware
        if event.starts_at.astimezone(place).utcoffset() != event.starts_at.utcoffset()
    ]
    if against:
        findings.warn(
            "zone_contradicts_offsets",
            f"The file names the zone {zone}, but {len(against)} of {len(events)} start times carry another offset, "
            f"such as {against[0].starts_at.isoformat()}. The offset was trusted; check the zone.",
        )


def _note_room_guids(findings: Findings, rooms: tuple[ScheduleRoom, ...]) -> None:
    names: dict[object, list[str]] = defaultdict(list)
    for room in rooms:
        if room.guid is not None:
            names[room.guid].append(room.name)
    for guid, sharing in names.items():
        if len(sharing) > 1:
            rooms_named = ", ".join(quoted(name) for name in sharing[:6])
            findings.warn(
                "repeated_room_guid",
                f"{len(sharing)} rooms carry the guid {guid}: {rooms_named}. They are told apart by name.",
            )
