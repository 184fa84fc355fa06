"""The rooms and tracks of a schedule file as rows, found again by guid or name."""

from collections.abc import Sequence
from uuid import UUID

from services.sessions.models import Room, Track
from services.sessions.queries import drafts
from services.sessions.rules.identity import identify
from services.sessions.rules.programme import Draft
from services.sessions.schedules import Schedule, ScheduleEvent
from shared.db import Transaction
from shared.ids import new_id

NO_ROOM = "Room to be announced"


def write_rooms(
    db: Transaction, draft: Draft, schedule: Schedule, events: Sequence[ScheduleEvent]
) -> dict[str, UUID]:
    """Room ids by name. A room of a known guid keeps its row when its name changes."""
    entries = {room.name: room for room in schedule.rooms}
    guids = [room.guid for room in entries.values()]
    by_name, by_id = {room.name: room for room in draft.rooms}, {room.id: room for room in draft.rooms}
    taken = drafts.list_taken_ids(db, Room, [guid for guid in guids if guid], draft.conference.id)
    used: dict[str, UUID] = {}
    position = max((room.position for room in draft.rooms), default=0)
    for name in dict.fromkeys([*entries, *(event.room or NO_ROOM for event in events)]):
        entry = entries.get(name)
        guid = entry.guid if entry else None
        row = by_name.get(name) or (by_id.get(guid) if guid and guids.count(guid) == 1 else None)
        if row is None or row.id in used.values():
            row_id = identify(
                slug=draft.conference.slug,
                noun="room",
                key=name,
                guid=guid,
                taken={*taken, *used.values(), *by_id},
            )
            position += 1
            row = Room(id=row_id, conference_id=draft.conference.id, position=position)
            db.add(row)
        capacity = row.capacity if entry is None or entry.capacity is None else entry.capacity
        if (row.name, row.capacity) != (name, capacity):
            row.name, row.capacity = name, capacity
            row.version = (row.version or 0) + 1  # a form that shows the old name is out of date
        used[name] = row.id
    return used


def write_tracks(
    db: Transaction, draft: Draft, schedule: Schedule, events: Sequence[ScheduleEvent]
) -> dict[str, UUID]:
    """Track ids by name."""
    known = {track.name: track for track in draft.tracks}
    colors = {track.name: track.color for track in schedule.tracks}
    for name in dict.fromkeys([*colors, *(event.track for event in events if event.track)]):
        if name not in known:
            known[name] = Track(id=new_id(), conference_id=draft.conference.id, name=name, color="#5b6770")
            db.add(known[name])
        color = colors.get(name)
        if color and color != known[name].color:
            known[name].color = color
            known[name].version = (known[name].version or 0) + 1
    return {name: track.id for name, track in known.items()}
