"""schedule.json, valid against voc-schedule.schema.json."""

import json
import re
from typing import Any, Final

from services.sessions.schedules.addresses import find_web_address
from services.sessions.schedules.mending import StrictDay, StrictEvent, StrictSchedule, mend, stamp
from services.sessions.schedules.model import Schedule, ScheduleLink, SchedulePerson
from services.sessions.schedules.values import without_control_characters

GENERATOR: Final = "plenary"
SCHEMA: Final = "https://c3voc.de/schedule/schema.json"
NO_HOME: Final = "https://schedule.invalid/"

_ZONE: Final = re.compile(r"^([A-Z][a-z]+/[A-Z][a-z]+)|UTC$")


def write_json(schedule: Schedule) -> bytes:
    """The schedule as JSON in UTF-8; equal schedules give equal bytes.

    Needs aware starts and guids (ValueError otherwise) and at least one day (NothingToExport otherwise).
    """
    strict = mend(schedule)
    body: dict[str, Any] = {"version": _clean(schedule.version)}
    if address := find_web_address(schedule.url):
        body["base_url"] = address
    body["conference"] = _conference(strict)
    document = {"$schema": SCHEMA, "generator": {"name": GENERATOR}, "schedule": body}
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8") + b"\n"


def _conference(strict: StrictSchedule) -> dict[str, Any]:
    schedule = strict.schedule
    conference: dict[str, Any] = {
        "acronym": strict.acronym,
        "title": _clean(schedule.title),
        "start": min(day.day.date for day in strict.days).isoformat(),
        "end": max(day.day.date for day in strict.days).isoformat(),
        "daysCount": len(strict.days),
        "timeslot_duration": "00:05",
    }
    if schedule.zone and _ZONE.search(schedule.zone):
        conference["time_zone_name"] = schedule.zone
    if address := find_web_address(schedule.url):
        conference["url"] = address
    conference["rooms"] = [
        {"name": _clean(room.name), "guid": str(room.guid), "capacity": room.capacity}
        for room in schedule.rooms
        if room.guid
    ]
    conference["tracks"] = [
        {"name": _clean(track.name)}
        | ({"slug": track.slug} if track.slug else {})
        | ({"color": track.color} if track.color else {})
        for track in strict.tracks
    ]
    home = find_web_address(schedule.url) or NO_HOME
    conference["days"] = [_day(day, home) for day in strict.days]
    return conference


def _day(day: StrictDay, home: str) -> dict[str, Any]:
    return {
        "index": day.index,
        "date": day.day.date.isoformat(),
        "day_start": stamp(day.starts_at),
        "day_end": stamp(day.ends_at),
        "rooms": {
            _clean(name): [_event(event, home) for event in events] for name, events in day.rooms.items()
        },
    }


def _event(strict: StrictEvent, home: str) -> dict[str, Any]:
    event = strict.event
    return {
        "id": strict.id,
        "guid": str(event.guid),
        **({"code": strict.code} if strict.code else {}),
        "date": stamp(strict.starts_at),
        "start": strict.starts_at.strftime("%H:%M"),
        "duration": strict.duration,
        "room": _clean(event.room),
        "slug": strict.slug,
        "url": find_web_address(event.url) or f"{home}#{event.guid}",
        "title": _clean(event.title),
        "subtitle": _clean(event.subtitle),
        "track": _clean(event.track) or None,
        "type": _clean(event.kind),
        "language": _clean(event.language) or None,
        "abstract": _clean(event.abstract),
        "description": _clean(event.description),
        "recording_license": _clean(event.license),
        "do_not_record": event.recording_optout,
        "persons": [_person(person) for person in event.persons],
        "links": _links(event.links),
        "attachments": _links(event.attachments),
    }


def _person(person: SchedulePerson) -> dict[str, Any]:
    """The pretalx form: with `public_name` and `id` beside `name` the schema's oneOf would fail."""
    entry: dict[str, Any] = {"name": _clean(person.name)}
    if person.guid:
        entry["guid"] = str(person.guid)
    if person.id.isascii() and person.id.isdigit() and len(person.id) <= 18:
        entry["id"] = int(person.id)
    if address := find_web_address(person.avatar_url):
        entry["avatar"] = address
    entry["biography"] = _clean(person.biography) or None
    return entry


def _links(links: tuple[ScheduleLink, ...]) -> list[dict[str, str]]:
    addresses = ((link, find_web_address(link.url)) for link in links)
    return [
        {"url": address, "title": _clean(link.title or link.url)} for link, address in addresses if address
    ]


def _clean(text: str) -> str:
    return without_control_characters(text)
