"""Rooms to place sessions in and tracks to group them; public with the next release."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from services.sessions.models import Room, Track
from services.sessions.queries import conferences
from services.sessions.usecases import checking
from services.sessions.usecases.conferences import require_version
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
    version: int,
    name: str,
    capacity: int | None,
    spans: tuple[tuple[datetime, datetime], ...] = (),
) -> Room:
    """Another name, size or times; the room keeps its guid, so apps know it as the same. Raises Stale or Invalid."""
    conference = conferences.lock_conference(db, slug)
    rooms = {room.id: room for room in conferences.list_rooms(db, conference.id)}
    if room_id not in rooms:
        raise NotFound
    room = rooms[room_id]
    require_version(room.version, version)
    _require_new_name(name, (one.name for one in rooms.values() if one.id != room_id))
    room.name, room.capacity = name, capacity
    room.version += 1
    checking.set_availability(db, conference, owner_id=room_id, spans=spans)
    return room


def reorder_room(db: Transaction, *, slug: str, room_id: UUID, towards: str) -> None:
    """Let a room and its neighbour `towards` the "start" or "end" of the order change places; an outermost one stays.

    Raises NotFound.
    """
    conference = conferences.lock_conference(db, slug)
    rooms = list(conferences.list_rooms(db, conference.id))
    place = next((number for number, room in enumerate(rooms) if room.id == room_id), None)
    if place is None:
        raise NotFound
    other = place + (1 if towards == "end" else -1)
    if 0 <= other < len(rooms):
        rooms[place], rooms[other] = rooms[other], rooms[place]
    for position, room in enumerate(rooms, start=1):
        room.position = position


def add_track(db: Transaction, *, slug: str, name: str, color: str) -> Track:
    """Raises Invalid when the conference has a track of that name."""
    conference = conferences.lock_conference(db, slug)
    _require_new_name(name, (track.name for track in conferences.list_tracks(db, conference.id)))
    track = Track(id=new_id(), conference_id=conference.id, name=name, color=color)
    db.add(track)
    return track


def change_track(db: Transaction, *, slug: str, track_id: UUID, version: int, name: str, color: str) -> Track:
    """Another name or colour. Raises Stale or Invalid."""
    conference = conferences.lock_conference(db, slug)
    tracks = {track.id: track for track in conferences.list_tracks(db, conference.id)}
    if track_id not in tracks:
        raise NotFound
    track = tracks[track_id]
    require_version(track.version, version)
    _require_new_name(name, (one.name for one in tracks.values() if one.id != track_id))
    track.name, track.color = name, color
    track.version += 1
    return track


def _require_new_name(name: str, taken: Iterable[str]) -> None:
    if name in taken:
        raise Invalid(fields={"name": [f"There is already one called “{name}”."]})
