"""schedule.json as records: the old frab form and what pretalx writes."""

import json
import re
from typing import Any

from services.sessions.schedules.errors import ForeignSchedule, UnreadableSchedule
from services.sessions.schedules.records import (
    DayRecord,
    EventRecord,
    LinkRecord,
    PersonRecord,
    RoomRecord,
    ScheduleRecord,
    TrackRecord,
)
from services.sessions.schedules.values import quoted

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def read_json(content: bytes, *, filename: str) -> ScheduleRecord:
    """The records of a schedule.json; refuses broken JSON and every other kind of JSON, saying what it looks like."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        reason = quoted(str(error), most=200)
        raise UnreadableSchedule(f"{filename} is not valid JSON: {reason}.") from error
    schedule = document.get("schedule") if isinstance(document, dict) else None
    conference = schedule.get("conference") if isinstance(schedule, dict) else None
    if not isinstance(schedule, dict) or not isinstance(conference, dict):
        raise ForeignSchedule(
            f"{filename} is JSON, but no schedule.json: {_likeness(document)}. "
            "A schedule.json has schedule.conference with a list of days."
        )
    if not isinstance(conference.get("days"), list):
        raise ForeignSchedule(_without_days(schedule, filename))
    generator = document.get("generator")
    return ScheduleRecord(
        title=_text(conference, "title"),
        acronym=_text(conference, "acronym"),
        version=_text(schedule, "version"),
        url=_text(conference, "url") or _text(schedule, "url") or _text(schedule, "base_url"),
        zone=_text(conference, "time_zone_name"),
        day_change=_text(conference, "day_change"),
        days_first=isinstance(generator, dict) and "pretalx" in _text(generator, "name").lower(),
        days=[_day(day, f"days[{number}]") for number, day in enumerate(_objects(conference["days"]))],
        rooms=[
            RoomRecord(name=_text(room, "name"), guid=_text(room, "guid"), capacity=_text(room, "capacity"))
            for room in _objects(conference.get("rooms"))
        ],
        tracks=[
            TrackRecord(name=_text(track, "name"), color=_text(track, "color"), slug=_text(track, "slug"))
            for track in _objects(conference.get("tracks"))
        ],
    )


def _likeness(document: Any) -> str:
    if isinstance(document, list):
        return f"it looks like a list of {len(document)} entries"
    if not isinstance(document, dict):
        return "it holds a single value"
    schedule = document.get("schedule")
    if isinstance(schedule, dict) and schedule and all(_DATE.fullmatch(key) for key in schedule):
        return (
            "it looks like a web site's own grid of talks by date, minute and room number "
            "(below “schedule” stand dates)"
        )
    if "talks" in document:
        return "it looks like the data of pretalx's schedule widget (it has “talks”)"
    keys = list(schedule if isinstance(schedule, dict) else document)[:6]
    place = "below “schedule” it has" if isinstance(schedule, dict) else "it is an object with"
    return f"{place} {', '.join(quoted(key, most=30) for key in keys)}" if keys else "it is an empty object"


def _without_days(schedule: dict[str, Any], filename: str) -> str:
    if isinstance(schedule.get("events"), list):
        reason = "it looks like the “schedule2” draft, a flat list of events"
    else:
        reason = "schedule.conference.days is not a list"
    return f"{filename} is JSON, but no schedule.json that can be read: {reason}."


def _day(day: dict[str, Any], where: str) -> DayRecord:
    return DayRecord(
        where=where,
        index=_text(day, "index"),
        date=_text(day, "date"),
        starts=_text(day, "day_start"),
        ends=_text(day, "day_end"),
        events=[
            _event(event, room, f"{where}, room {quoted(room)}, event {number}")
            for room, events in _rooms_of(day.get("rooms"))
            for number, event in enumerate(_objects(events), start=1)
        ],
    )


def _rooms_of(rooms: Any) -> list[tuple[str, Any]]:
    if isinstance(rooms, dict):
        return [(str(name), events) for name, events in rooms.items()]
    return [(_text(room, "name"), room.get("events")) for room in _objects(rooms)]


def _event(event: dict[str, Any], room: str, where: str) -> EventRecord:
    return EventRecord(
        where=where,
        id=_text(event, "id"),
        guid=_text(event, "guid"),
        code=_text(event, "code"),
        slug=_text(event, "slug"),
        url=_text(event, "url"),
        date=_text(event, "date"),
        start=_text(event, "start"),
        duration=_text(event, "duration"),
        end=_text(event, "end"),
        room=_text(event, "room") or room,
        title=_text(event, "title"),
        subtitle=_text(event, "subtitle"),
        track=_text(event, "track"),
        kind=_text(event, "type"),
        language=_text(event, "language"),
        abstract=_text(event, "abstract"),
        description=_text(event, "description"),
        license=_text(event, "recording_license"),
        optout=_text(event, "do_not_record"),
        persons=[_person(person) for person in _objects(event.get("persons"))],
        links=[_link(link) for link in _objects(event.get("links"))],
        attachments=[_link(link) for link in _objects(event.get("attachments"))],
    )


def _person(person: dict[str, Any]) -> PersonRecord:
    return PersonRecord(
        name=_text(person, "public_name") or _text(person, "name") or _text(person, "full_public_name"),
        id=_text(person, "id") or _text(person, "code"),
        guid=_text(person, "guid"),
        biography=_text(person, "biography") or _text(person, "description") or _text(person, "abstract"),
        avatar_url=_text(person, "avatar") or _text(person, "avatar_url"),
    )


def _link(link: dict[str, Any]) -> LinkRecord:
    return LinkRecord(url=_text(link, "url") or _text(link, "href"), title=_text(link, "title"))


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(parent: dict[str, Any], key: str) -> str:
    """The value as text; of a text in several languages the English one, else the first."""
    value = parent.get(key)
    if isinstance(value, dict):
        texts = [value.get("en"), value.get("name"), *value.values()]
        value = next((text for text in texts if isinstance(text, str) and text), None)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""
