"""What a draft says: the full public state of every slot and speaker, as plain JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.sessions.models import Conference, Day, Room, Session, Slot, Speaker, Track
from services.sessions.rules.concerns import Circumstances, Placed, Span
from services.sessions.rules.visibility import strictest
from shared.text import fold

HIDDEN_KINDS = ("blocker",)
Body = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Everything of one conference that people edit."""

    conference: Conference
    days: Sequence[Day]
    rooms: Sequence[Room]
    tracks: Sequence[Track]
    speakers: Mapping[UUID, Speaker]
    sessions: Mapping[UUID, Session]
    speakers_of: Mapping[UUID, Sequence[UUID]]
    slots: Sequence[Slot]
    available: Mapping[UUID, Sequence[Span]]


def slot_bodies(draft: Draft) -> dict[UUID, Body]:
    """The public state of every slot that a release would show; planned sessions and blockers stay out."""
    days = {day.id: day for day in draft.days}
    rooms = {room.id: room for room in draft.rooms}
    tracks = {track.id: track for track in draft.tracks}
    bodies = {}
    for slot in draft.slots:
        session = draft.sessions[slot.session_id]
        if session.state == "confirmed" and session.kind not in HIDDEN_KINDS:
            speakers = [draft.speakers[speaker_id] for speaker_id in draft.speakers_of.get(session.id, ())]
            track = tracks.get(session.track_id) if session.track_id else None
            day = days.get(slot.day_id) if slot.day_id else None
            bodies[slot.id] = _slot_body(slot, session, rooms[slot.room_id], track, day, speakers)
    return bodies


def _slot_body(
    slot: Slot,
    session: Session,
    room: Room,
    track: Track | None,
    day: Day | None,
    speakers: Sequence[Speaker],
) -> Body:
    return {
        "slot_id": str(slot.id),
        "export_id": slot.export_id,
        "session_id": str(session.id),
        "title": session.title,
        "subtitle": session.subtitle,
        "abstract": session.abstract,
        "description": session.description,
        "kind": session.kind,
        "language": session.language,
        "track": {"id": str(track.id), "name": track.name, "color": track.color} if track else None,
        "areas": list(session.areas),
        "links": list(session.links),
        "speakers": [{"id": str(one.id), "export_id": one.export_id, "name": one.name} for one in speakers],
        "room": {"id": str(room.id), "name": room.name},
        "day_id": str(day.id) if day else None,
        "starts_at": instant_text(slot.starts_at),
        "ends_at": instant_text(slot.ends_at),
        "listed": strictest([session.listed, day.listed if day else "public"]),
        "attend": strictest([session.attend, day.attend if day else "public"]),
        "stream": day.stream if day else "",
        "cancelled": slot.cancelled,
    }


def speaker_bodies(draft: Draft, bodies: Mapping[UUID, Body]) -> dict[UUID, Body]:
    """The public state of everybody who speaks in a slot of these."""
    named = {UUID(one["id"]) for body in bodies.values() for one in body["speakers"]}
    return {
        speaker.id: {
            "speaker_id": str(speaker.id),
            "export_id": speaker.export_id,
            "name": speaker.name,
            "affiliation": speaker.affiliation,
            "biography": speaker.biography,
            # Left out where there is none: people released before photographs were kept have not changed.
            **({"photo": speaker.photo} if speaker.photo else {}),
        }
        for speaker in draft.speakers.values()
        if speaker.id in named
    }


def programme_body(draft: Draft) -> Body:
    """Days, rooms and tracks as a release keeps them."""
    return {
        "days": [
            {
                "id": str(day.id),
                "position": day.position,
                "title": day.title,
                "starts_at": instant_text(day.starts_at),
                "ends_at": instant_text(day.ends_at),
                "listed": day.listed,
                "attend": day.attend,
                "stream": day.stream,
            }
            for day in draft.days
        ],
        "rooms": [
            {"id": str(room.id), "name": room.name, "capacity": room.capacity, "position": room.position}
            for room in draft.rooms
        ],
        "tracks": [{"id": str(track.id), "name": track.name, "color": track.color} for track in draft.tracks],
    }


def placed(draft: Draft) -> list[Placed]:
    """Every slot that takes place, for the rules; blockers count, as they block."""
    rooms = {room.id: room.name for room in draft.rooms}
    result = []
    for slot in draft.slots:
        session = draft.sessions[slot.session_id]
        if slot.cancelled:
            continue
        speakers = draft.speakers_of.get(session.id, ())
        result.append(
            Placed(
                slot_id=slot.id,
                title=session.title,
                kind=session.kind,
                room_id=slot.room_id,
                room=rooms[slot.room_id],
                speakers=tuple((one, draft.speakers[one].name) for one in speakers),
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
                day_id=slot.day_id,
                expected=session.expected,
                is_planned=session.state == "planned",
            )
        )
    return result


def circumstances(draft: Draft) -> Circumstances:
    """What the slots of a draft are held against."""
    return Circumstances(
        days={day.id: (day.starts_at, day.ends_at) for day in draft.days},
        available=draft.available,
        capacities={room.id: room.capacity for room in draft.rooms if room.capacity is not None},
        unconfirmed=frozenset(one.id for one in draft.speakers.values() if one.confirmed_at is None),
        buffer=timedelta(minutes=draft.conference.buffer_minutes),
        severities=draft.conference.severities,
    )


def folded(body: Body) -> str:
    """What a search looks in."""
    track = body["track"]["name"] if body["track"] else ""
    names = [one["name"] for one in body["speakers"]]
    parts = [body["title"], body["subtitle"], *names, track, body["room"]["name"], body["abstract"]]
    return fold("\n".join(part for part in parts if part))


def instant_text(instant: datetime) -> str:
    """RFC 3339 in UTC with Z."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_instant(text: str) -> datetime:
    """The instant that `instant_text` wrote."""
    return datetime.fromisoformat(text)
