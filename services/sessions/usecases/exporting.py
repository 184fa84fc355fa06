"""The public programme as schedule.xml and schedule.json, built once per release and kept."""

from uuid import UUID

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
from services.sessions.usecases.keeping import Export, Kept, changed_at, export_of
from shared.clock import to_local
from shared.db import Transaction

WRITERS = {"xml": write_xml, "json": write_json}


def get_schedule(db: Transaction, kept: Kept, conference: Conference, base_url: str, form: str) -> Export:
    """schedule.xml or schedule.json."""

    def build() -> Export:
        release = released.find_release(db, conference)
        return export_of(WRITERS[form](_schedule(db, conference, base_url)), changed_at(conference, release))

    return kept.get(conference, f"schedule.{form}", build)


def _schedule(db: Transaction, conference: Conference, base_url: str) -> Schedule:
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
