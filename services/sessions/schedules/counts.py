"""A schedule in numbers, and one hash by which two readings of it can be compared."""

import hashlib
from dataclasses import dataclass
from datetime import UTC

from services.sessions.schedules.findings import find_overlaps
from services.sessions.schedules.model import Schedule, ScheduleEvent


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What an import shows before it is confirmed.

    `first_start` and `last_start` are UTC with a Z, or local without one where the file gives no offset.
    `sha256_rows` is the SHA-256 of the sorted lines `guid-or-id TAB start TAB minutes TAB room TAB title`.
    """

    title: str
    acronym: str | None
    time_zone_name: str | None
    days: int
    events: int
    events_with_utc_offset: int
    rooms: int
    distinct_person_names: int
    events_without_person: int
    events_on_another_calendar_date_than_their_day: int
    same_room_overlaps: int
    total_minutes: int
    first_start: str
    last_start: str
    events_with_guid: int
    attachments: int
    links: int
    sha256_rows: str


def describe(schedule: Schedule) -> Counts:
    """The numbers of a schedule."""
    events = schedule.events
    dates = {day.index: day.date for day in schedule.days}
    starts = sorted(_start_of(event) for event in events)
    return Counts(
        title=schedule.title,
        acronym=schedule.acronym or None,
        time_zone_name=schedule.zone,
        days=len(schedule.days),
        events=len(events),
        events_with_utc_offset=sum(event.starts_at.tzinfo is not None for event in events),
        rooms=len({event.room for event in events}),
        distinct_person_names=len({person.name for event in events for person in event.persons}),
        events_without_person=sum(not event.persons for event in events),
        events_on_another_calendar_date_than_their_day=sum(
            event.starts_at.date() != dates.get(event.day_index) for event in events
        ),
        same_room_overlaps=len(find_overlaps(events, schedule.zone)),
        total_minutes=sum(event.minutes for event in events),
        first_start=starts[0] if starts else "",
        last_start=starts[-1] if starts else "",
        events_with_guid=sum(event.guid is not None for event in events),
        attachments=sum(len(event.attachments) for event in events),
        links=sum(len(event.links) for event in events),
        sha256_rows=rows_hash(schedule),
    )


def rows_hash(schedule: Schedule) -> str:
    lines = sorted(
        "\t".join((event.key, _start_of(event), str(event.minutes), event.room, event.title))
        for event in schedule.events
    )
    return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()


def _start_of(event: ScheduleEvent) -> str:
    if event.starts_at.tzinfo is None:
        return event.starts_at.strftime("%Y-%m-%dT%H:%M")
    return event.starts_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
