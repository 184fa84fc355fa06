"""The public programme as calendar, schedule.xml and schedule.json, built once per release and kept."""

import hashlib
import threading
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from services.sessions.ical import CalendarEntry, calendar_text, event_text
from services.sessions.models import Conference, ReleasedSlot
from services.sessions.queries import released
from services.sessions.rules.programme import Body, read_instant
from services.sessions.schedules import (
    Schedule,
    ScheduleDay,
    ScheduleEvent,
    ScheduleLink,
    SchedulePerson,
    ScheduleRoom,
    ScheduleTrack,
    write_json,
    write_xml,
)
from shared.clock import to_local
from shared.db import Transaction

Cache = MutableMapping[Any, Any]


@dataclass(frozen=True, kw_only=True)
class Export:
    """One finished file."""

    body: bytes
    etag: str
    last_modified: datetime


@dataclass(frozen=True, kw_only=True)
class _Key:
    """What an export depends on; another process may release, so all of it is read from the database."""

    release_number: int
    version: int
    base_url: str


class Exports:
    """The exports of one app. Entries of calendars are kept per slot, so a release rebuilds only what it changed."""

    def __init__(self) -> None:
        self._files: dict[tuple[UUID, str], tuple[_Key, Export]] = {}
        self._entries: dict[UUID, dict[tuple[UUID, int, str, str], bytes]] = {}
        self._lock = threading.Lock()

    def calendar(self, db: Transaction, conference: Conference, base_url: str) -> Export:
        """calendar.ics: everything listed public, cancelled entries included."""
        return self._get(db, conference, base_url, "calendar", self._build_calendar)

    def xml(self, db: Transaction, conference: Conference, base_url: str) -> Export:
        """schedule.xml. Raises NothingToExport before the first release."""
        return self._get(db, conference, base_url, "xml", lambda *args: write_xml(_schedule(*args)))

    def json(self, db: Transaction, conference: Conference, base_url: str) -> Export:
        """schedule.json. Raises NothingToExport before the first release."""
        return self._get(db, conference, base_url, "json", lambda *args: write_json(_schedule(*args)))

    def _get(
        self,
        db: Transaction,
        conference: Conference,
        base_url: str,
        form: str,
        build: Callable[[Transaction, Conference, str, datetime], bytes],
    ) -> Export:
        key = _Key(release_number=conference.release_number, version=conference.version, base_url=base_url)
        kept = self._files.get((conference.id, form))
        if kept is not None and kept[0] == key:
            return kept[1]
        # One builder at a time: after a release every subscriber's client comes at once.
        with self._lock:
            kept = self._files.get((conference.id, form))
            if kept is not None and kept[0] == key:
                return kept[1]
            release = released.find_release(db, conference)
            changed_at = max(conference.changed_at, release.created_at) if release else conference.changed_at
            body = build(db, conference, base_url, changed_at)
            export = Export(body=body, etag=hashlib.sha256(body).hexdigest()[:32], last_modified=changed_at)
            self._files[conference.id, form] = (key, export)
            return export

    def _build_calendar(
        self, db: Transaction, conference: Conference, base_url: str, changed_at: datetime
    ) -> bytes:
        kept = self._entries.get(conference.id, {})
        revisions = released.list_slot_revisions(db, conference.id)
        keys = [(slot_id, revision, base_url, conference.venue) for slot_id, revision in revisions]
        if any(key not in kept for key in keys):
            slots = {slot.slot_id: slot for slot in released.list_public_slots(db, conference.id)}
            kept = {
                key: kept.get(key) or event_text(calendar_entry(conference, slots[key[0]], base_url))
                for key in keys
            }
        self._entries[conference.id] = {key: kept[key] for key in keys}
        return calendar_text(
            (kept[key] for key in keys),
            name=conference.name,
            description=conference.tagline,
            source_url=f"{base_url}/sessions/{conference.slug}/calendar.ics",
            last_modified=changed_at,
        )


def exports_of(cache: Cache) -> Exports:
    """The exports kept by one app."""
    return cast(Exports, cache.setdefault("exports", Exports()))


def calendar_entry(conference: Conference, slot: ReleasedSlot, base_url: str) -> CalendarEntry:
    """A released slot as calendars show it."""
    body = slot.body
    page = f"{base_url}/sessions/{conference.slug}/talks/{slot.slot_id}"
    stream = body["stream"] if slot.attend == "public" else ""
    names = ", ".join(speaker["name"] for speaker in body["speakers"])
    return CalendarEntry(
        uid=str(slot.slot_id),
        sequence=slot.sequence,
        last_modified=slot.last_modified,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        summary=body["title"],
        description="\n\n".join(part for part in (body["subtitle"], names, body["abstract"]) if part),
        location=", ".join(part for part in (body["room"]["name"], conference.venue) if part),
        url=page,
        categories=(body["track"]["name"],) if body["track"] else (),
        cancelled=slot.cancelled,
        watch_url=f"{base_url}{stream}" if stream.startswith("/") else stream,
    )


def _schedule(db: Transaction, conference: Conference, base_url: str, _changed_at: datetime) -> Schedule:
    release = released.find_release(db, conference)
    frame = released.frame_of(release)
    slots = [slot for slot in released.list_public_slots(db, conference.id) if not slot.cancelled]
    days = [day for day in frame["days"] if day["listed"] == "public"]
    indexes = {day["id"]: day["position"] for day in days}
    told = {one.speaker_id: one.body for one in released.list_current_speakers(db, conference.id)}
    placed = [slot for slot in slots if str(slot.day_id) in indexes]
    return Schedule(
        title=conference.name,
        acronym=conference.acronym,
        version=release.name if release else "",
        url=f"{base_url}/sessions/{conference.slug}/",
        zone=conference.zone,
        days=tuple(_day(day, conference) for day in days),
        rooms=tuple(
            ScheduleRoom(name=room["name"], guid=UUID(room["id"]), capacity=room["capacity"])
            for room in frame["rooms"]
        ),
        tracks=tuple(ScheduleTrack(name=track["name"], color=track["color"]) for track in frame["tracks"]),
        events=tuple(_event(slot, indexes[str(slot.day_id)], conference, base_url, told) for slot in placed),
    )


def _day(day: Body, conference: Conference) -> ScheduleDay:
    starts_at, ends_at = (read_instant(day[name]) for name in ("starts_at", "ends_at"))
    on = to_local(starts_at, conference.zone).date()
    return ScheduleDay(index=day["position"], date=on, starts_at=starts_at, ends_at=ends_at)


def _event(
    slot: ReleasedSlot, index: int, conference: Conference, base_url: str, told: dict[UUID, Body]
) -> ScheduleEvent:
    body = slot.body
    return ScheduleEvent(
        id=str(slot.export_id),
        guid=slot.slot_id,
        starts_at=slot.starts_at,
        minutes=int((slot.ends_at - slot.starts_at).total_seconds() // 60),
        room=body["room"]["name"],
        day_index=index,
        title=body["title"],
        url=f"{base_url}/sessions/{conference.slug}/talks/{slot.slot_id}",
        subtitle=body["subtitle"],
        track=body["track"]["name"] if body["track"] else "",
        kind=body["kind"],
        language=body["language"],
        abstract=body["abstract"],
        description=body["description"],
        persons=tuple(_person(speaker, told.get(UUID(speaker["id"]))) for speaker in body["speakers"]),
        links=tuple(ScheduleLink(url=link["url"], title=link["title"]) for link in public_links(slot)),
    )


def _person(speaker: Body, told: Body | None) -> SchedulePerson:
    return SchedulePerson(
        name=speaker["name"],
        id=str(speaker["export_id"]),
        guid=UUID(speaker["id"]),
        biography=told["biography"] if told else "",
    )


def public_links(slot: ReleasedSlot) -> list[dict[str, str]]:
    """The links anybody may follow: none where only registered people may enter."""
    return list(slot.body["links"]) if slot.attend == "public" else []
