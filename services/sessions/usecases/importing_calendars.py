"""A file of any kind that can be imported, as a schedule; calendars get the days that they do not have."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from services.sessions.ical import FoundCalendar, FoundEntry, is_calendar
from services.sessions.ical import read_calendar as read_entries
from services.sessions.models import Day
from services.sessions.queries import conferences
from services.sessions.schedules import Schedule, UnreadableSchedule, read_schedule
from services.sessions.schedules.assembly import assemble
from services.sessions.schedules.findings import Findings
from services.sessions.schedules.reader import LARGEST_FILE
from services.sessions.schedules.records import DayRecord, EventRecord, LinkRecord, ScheduleRecord
from services.sessions.schedules.values import quoted
from shared.clock import find_zone
from shared.db import Transaction

LARGEST_CALENDAR: Final = 5 * 1024 * 1024
# Findings about what schedules should have and calendars never do.
_NOT_OF_A_CALENDAR: Final = ("odd_guid", "no_zone")


def read_import(
    db: Transaction, content: bytes, *, filename: str, conference_slug: str, zone: str | None = None
) -> Schedule:
    """The schedule in a schedule.xml, schedule.json or calendar (.ics), which falls on the conference's days.

    Raises UnreadableSchedule or ForeignSchedule with the reason, whatever the bytes are.
    """
    if len(content) > LARGEST_FILE or not is_calendar(content):
        return read_schedule(content, filename=filename)
    if len(content) > LARGEST_CALENDAR:
        name = quoted(filename or "The file", most=120)
        raise UnreadableSchedule(f"{name} is larger than {LARGEST_CALENDAR // 1024 // 1024} MB.")
    found = read_entries(content)
    conference = conferences.find_conference(db, conference_slug)
    named = zone or (conference.zone if conference else found.zone)
    days = conferences.list_days(db, conference.id) if conference else ()
    return calendar_schedule(found, filename=filename, zone=named, days=days)


def calendar_schedule(
    found: FoundCalendar, *, filename: str, zone: str, days: Sequence[Day] = ()
) -> Schedule:
    """The entries on the clock of the zone (UTC where there is no such zone), under the days they fall on."""
    findings = _findings(found)
    name = quoted(filename or "The file", most=120)
    if not found.entries:
        raise UnreadableSchedule(_nothing(found, name))
    own = zone if find_zone(zone) else ""
    records = _days(found.entries, ZoneInfo(own or "UTC"), days)
    record = ScheduleRecord(title=found.name, zone=own, days=records)
    schedule = assemble(record, filename=name)
    told = [one for one in schedule.findings if one.code not in _NOT_OF_A_CALENDAR or not own]
    # All dates of a series say the same of their room and their text: once is enough.
    return replace(schedule, findings=tuple(dict.fromkeys((*findings.all(), *told))))


def _findings(found: FoundCalendar) -> Findings:
    findings = Findings()
    for remark in found.remarks:
        where = f"line {remark.line}" if remark.line else ""
        (findings.warn if remark.grave else findings.note)(remark.code, remark.message, where)
    return findings


def _nothing(found: FoundCalendar, name: str) -> str:
    if not found.events:
        return f"{name} holds no events."
    worst = next((one for one in found.remarks if one.code in ("event_left_out", "cancelled")), None)
    why = f" Line {worst.line}: {worst.message}" if worst else ""
    return f"None of the {found.events} event(s) in {name} can be taken.{why}"


def _days(entries: Sequence[FoundEntry], place: ZoneInfo, known: Sequence[Day]) -> list[DayRecord]:
    """The days of the conference as they are, then one for every other date."""
    records = [_known(day, place) for day in known]
    free = max((day.position for day in known), default=0) + 1
    others: dict[date, DayRecord] = {}
    for entry in sorted(entries, key=lambda one: _instant(one, place)):
        instant = _instant(entry, place)
        local = instant.astimezone(place)
        record = next(
            (own for own, day in zip(records, known, strict=True) if day.starts_at <= instant < day.ends_at),
            None,
        ) or next((own for own in records if own.date == f"{local:%Y-%m-%d}"), None)
        if record is None:
            record = others.setdefault(
                local.date(),
                DayRecord(
                    where=f"line {entry.line}", index=str(free + len(others)), date=f"{local:%Y-%m-%d}"
                ),
            )
        record.events.append(_event(entry, local if entry.starts_at.tzinfo else entry.starts_at))
    return records + list(others.values())


def _known(day: Day, place: ZoneInfo) -> DayRecord:
    starts_at, ends_at = day.starts_at.astimezone(place), day.ends_at.astimezone(place)
    return DayRecord(
        where=f"day {day.position}",
        index=str(day.position),
        date=f"{starts_at:%Y-%m-%d}",
        starts=starts_at.isoformat(),
        ends=ends_at.isoformat(),
    )


def _instant(entry: FoundEntry, place: ZoneInfo) -> datetime:
    starts_at = entry.starts_at
    return (starts_at if starts_at.tzinfo else starts_at.replace(tzinfo=place)).astimezone(UTC)


def _event(entry: FoundEntry, starts_at: datetime) -> EventRecord:
    return EventRecord(
        where=f"line {entry.line}",
        line=entry.line,
        guid=entry.key,
        series=entry.series,
        date=starts_at.isoformat(timespec="seconds"),
        duration=str(int(entry.length.total_seconds() // 60)),
        room=entry.location,
        title=entry.summary,
        track=entry.category,
        description=entry.description,
        links=[LinkRecord(url=entry.url)] if entry.url else [],
    )
