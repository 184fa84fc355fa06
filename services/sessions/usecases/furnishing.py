"""Rooms to place sessions in and tracks to group them; public with the next release."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from services.sessions.models import Room, Track
from services.sessions.queries import conferences
from services.sessions.usecases import checking
from shared.db import Transaction
from shared.errors import Invalid, NotFound
from shared.ids import new_id


def add_room(db: Transaction, *, slug: str, name: str, capacity: int | None) -> Room:
    """Raises Invalid when the conference has a room of that name."""
    conference = conferences.lock_conference(db, slug)
    rooms = conferences.list_rooms(db, conference.id)
    _require_new_name(name, (room.name for room in rooms))
    position = max((room.position for room in rooms), default=0) + 1
    room = Room(id=new_id(), conference_id=conference.id, name=name, capacity=capacity, position=position)
    db.add(room)
    return room


def change_room(
    db: Transaction,
    *,
    slug: str,
    room_id: UUID,
    name: str,
    capacity: int | None,
    spans: tuple[tuple[datetime, datetime], ...] = (),
) -> Room:
    """Another name, size or times; the room keeps its guid, so apps know it as the same."""
    conference = conferences.lock_conference(db, slug)
    rooms = {room.id: room for room in conferences.list_rooms(db, conference.id)}
    if room_id not in rooms:
        raise NotFound
    _require_new_name(name, (room.name for room in rooms.values() if room.id != room_id))
    rooms[room_id].name, rooms[room_id].capacity = name, capacity
    checking.set_availability(db, conference, owner_id=room_id, spans=spans)
    return rooms[room_id]


def add_track(db: Transaction, *, slug: str, name: str, color: str) -> Track:
    """Raises Invalid when the conference has a track of that name."""
    conference = conferences.lock_conference(db, slug)
    _require_new_name(name, (track.name for track in conferences.list_tracks(db, conference.id)))
    track = Track(id=new_id(), conference_id=conference.id, name=name, color=color)
    db.add(track)
    return track


def change_track(db: Transaction, *, slug: str, track_id: UUID, name: str, color: str) -> Track:
    """Another name or colour."""
    conference = conferences.lock_conference(db, slug)
    tracks = {track.id: track for track in conferences.list_tracks(db, conference.id)}
    if track_id not in tracks:
        raise NotFound
    _require_new_name(name, (track.name for track in tracks.values() if track.id != track_id))
    tracks[track_id].name, tracks[track_id].color = name, color
    return tracks[track_id]


def _require_new_name(name: str, taken: Iterable[str]) -> None:
    if name in taken:
        raise Invalid(fields={"name": [f"There is already one called “{name}”."]})
