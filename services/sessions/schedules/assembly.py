"""From the bare texts of a file to a schedule, judging every value on the way."""

from collections import Counter
from datetime import date, datetime, time

from services.sessions.schedules.errors import UnreadableSchedule
from services.sessions.schedules.event_assembly import EventAssembly
from services.sessions.schedules.findings import Findings, note_whole
from services.sessions.schedules.model import (
    Schedule,
    ScheduleDay,
    ScheduleEvent,
    ScheduleRoom,
    ScheduleTrack,
)
from services.sessions.schedules.records import DayRecord, RoomRecord, ScheduleRecord, TrackRecord
from services.sessions.schedules.texts import Texts
from services.sessions.schedules.values import (
    find_color,
    parse_clock,
    parse_day,
    parse_guid,
    parse_moment,
    quoted,
)
from shared.clock import find_zone


def assemble(record: ScheduleRecord, *, filename: str) -> Schedule:
    """The schedule these records tell of; raises UnreadableSchedule when no event can be read."""
    findings = Findings()
    texts = Texts(findings)
    indexes = _indexes(record.days, findings)
    assembly = EventAssembly(
        findings=findings, texts=texts, day_change=_day_change(record, findings), days_first=record.days_first
    )
    days, events = [], []
    for index, day in zip(indexes, record.days, strict=True):
        on = _date_of(day, findings)
        if on is not None:
            days.append(_day(day, index, on, findings))
            events += [event for entry in day.events if (event := assembly.read(entry, index=index, on=on))]
    _require_events(events, record, findings, filename)
    assembly.note_guids()
    rooms = _rooms(record.rooms, events, texts)
    zone = _zone(record.zone, findings)
    note_whole(findings, events=tuple(events), rooms=rooms, zone=zone)
    return Schedule(
        title=texts.line(record.title, 200, "title", "conference"),
        acronym=texts.line(record.acronym, 80, "acronym", "conference"),
        version=texts.line(record.version, 100, "version", "schedule"),
        url=texts.line(record.url, 2000, "url", "conference"),
        zone=zone,
        days=tuple(days),
        rooms=rooms,
        tracks=_tracks(record.tracks, events, texts),
        events=tuple(events),
        findings=findings.all(),
    )


def _require_events(
    events: list[ScheduleEvent], record: ScheduleRecord, findings: Findings, filename: str
) -> None:
    if events:
        return
    tried = sum(len(day.events) for day in record.days)
    if not record.days:
        raise UnreadableSchedule(f"{filename} has no days, so it holds no events.")
    if not tried:
        raise UnreadableSchedule(f"{filename} holds no events: there are 0 in its {len(record.days)} day(s).")
    worst = next(finding for finding in findings.all() if finding.code in ("event_left_out", "day_left_out"))
    raise UnreadableSchedule(
        f"None of the {tried} event(s) in {filename} can be read. {worst.where}: {worst.message}"
    )


def _indexes(days: list[DayRecord], findings: Findings) -> list[int]:
    """The days' own numbers if they are whole, from 1 and unique; else their order."""
    given = [
        int(day.index) if day.index.isascii() and day.index.isdigit() and len(day.index) < 5 else 0
        for day in days
    ]
    if all(index >= 1 for index in given) and len(set(given)) == len(given):
        return given
    findings.note(
        "days_renumbered", "The days are not numbered from 1 without repetition; their order was used."
    )
    return list(range(1, len(days) + 1))


def _day_change(record: ScheduleRecord, findings: Findings) -> time:
    if not record.day_change:
        return time(0)
    try:
        return parse_clock(record.day_change)
    except ValueError as error:
        findings.warn("bad_day_change", f"The time at which days change was ignored: {error}.", "conference")
        return time(0)


def _date_of(day: DayRecord, findings: Findings) -> date | None:
    """The day's date, or the earliest date among its events."""
    try:
        return parse_day(day.date)
    except ValueError as error:
        reason = str(error) if day.date else "it has no date"
    dates = []
    for event in day.events:
        try:
            dates.append(parse_day(event.date))
        except ValueError:
            continue
    if dates:
        findings.warn("bad_day_date", f"The date of a day was taken from its events: {reason}.", day.where)
        return min(dates)
    findings.warn("day_left_out", f"A day with {len(day.events)} event(s) was left out: {reason}.", day.where)
    return None


def _day(day: DayRecord, index: int, on: date, findings: Findings) -> ScheduleDay:
    starts_at, ends_at = (_boundary(text, day, findings) for text in (day.starts, day.ends))
    return ScheduleDay(index=index, date=on, starts_at=starts_at, ends_at=ends_at)


def _boundary(text: str, day: DayRecord, findings: Findings) -> datetime | None:
    if not text:
        return None
    try:
        return parse_moment(text)
    except ValueError as error:
        findings.note("bad_day_times", f"The start or end of a day was ignored: {error}.", day.where)
        return None


def _zone(name: str, findings: Findings) -> str | None:
    stripped = name.strip()
    if not stripped:
        return None
    if find_zone(stripped) is None:
        findings.warn("unknown_zone", f"{quoted(stripped)} is no time zone of the IANA list.", "conference")
        return None
    return stripped


def _rooms(records: list[RoomRecord], events: list[ScheduleEvent], texts: Texts) -> tuple[ScheduleRoom, ...]:
    """The rooms in the order of the file, each name once, then those that only events name."""
    rooms: dict[str, ScheduleRoom] = {}
    for record in records:
        name = texts.line(record.name, 200, "name", "rooms")
        if name and (name not in rooms or rooms[name].guid is None):
            digits = record.capacity.isascii() and record.capacity.isdigit() and len(record.capacity) < 8
            try:
                guid = parse_guid(record.guid) if record.guid else None
            except ValueError:
                guid = None
            rooms[name] = ScheduleRoom(
                name=name, guid=guid, capacity=int(record.capacity) if digits else None
            )
    for event in events:
        if event.room:
            rooms.setdefault(event.room, ScheduleRoom(name=event.room))
    return tuple(rooms.values())


def _tracks(
    records: list[TrackRecord], events: list[ScheduleEvent], texts: Texts
) -> tuple[ScheduleTrack, ...]:
    """The tracks in the order of the file, then those that only events name, the most used first."""
    tracks: dict[str, ScheduleTrack] = {}
    for record in records:
        name = texts.line(record.name, 200, "name", "tracks")
        slug = texts.line(record.slug, 200, "slug", "tracks") or None
        if name and name not in tracks:
            tracks[name] = ScheduleTrack(name=name, color=find_color(record.color), slug=slug)
    used = Counter(event.track for event in events if event.track)
    for name, _ in used.most_common():
        tracks.setdefault(name, ScheduleTrack(name=name))
    return tuple(tracks.values())
