"""The talks of a schedule file as rooms, tracks, speakers, sessions and slots, loaded and compared in bulk."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

from services.sessions.models import Base, Conference, Room, Session, SessionSpeaker, Slot, Speaker, Track
from services.sessions.queries import conferences, drafts
from services.sessions.rules.identity import identify, number_of
from services.sessions.rules.programme import Draft
from services.sessions.schedules import Finding, Schedule, ScheduleEvent, SchedulePerson, to_plain
from shared.db import Transaction
from shared.ids import new_id

NO_ROOM = "Room to be announced"


@dataclass(kw_only=True)
class Counts:
    """How many talks were added, changed, left as they were, or cancelled because the file no longer has them."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    cancelled: int = 0


def write_events(
    db: Transaction,
    conference: Conference,
    schedule: Schedule,
    events: Sequence[ScheduleEvent],
    findings: list[Finding],
) -> Counts:
    """Bring the draft in line with the file."""
    draft = drafts.read_draft(db, conference)
    rooms = _write_rooms(db, draft, schedule, events)
    tracks = _write_tracks(db, draft, schedule, events)
    speakers = _write_speakers(db, draft, events)
    # Rows before the rows that point to them: the mapper knows no relationships to order by.
    db.flush()
    return _Slots(db, draft, events, findings, rooms, tracks, speakers).write()


def _write_rooms(
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
        row.name = name
        if entry and entry.capacity is not None:
            row.capacity = entry.capacity
        used[name] = row.id
    return used


def _write_tracks(
    db: Transaction, draft: Draft, schedule: Schedule, events: Sequence[ScheduleEvent]
) -> dict[str, UUID]:
    known = {track.name: track for track in draft.tracks}
    colors = {track.name: track.color for track in schedule.tracks}
    for name in dict.fromkeys([*colors, *(event.track for event in events if event.track)]):
        if name not in known:
            known[name] = Track(id=new_id(), conference_id=draft.conference.id, name=name, color="#5b6770")
            db.add(known[name])
        color = colors.get(name)
        if color:
            known[name].color = color
    return {name: track.id for name, track in known.items()}


def person_key(person: SchedulePerson) -> str:
    """What tells people of one file apart."""
    return person.id or (str(person.guid) if person.guid else person.name)


def _write_speakers(db: Transaction, draft: Draft, events: Sequence[ScheduleEvent]) -> dict[str, UUID]:
    """Speaker ids by the key of the person."""
    persons: dict[str, SchedulePerson] = {}
    for person in (person for event in events for person in event.persons):
        kept = persons.get(person_key(person))
        if kept is None or (not kept.biography and person.biography):
            persons[person_key(person)] = person
    guids = [person.guid for person in persons.values() if person.guid]
    taken = drafts.list_taken_ids(db, Speaker, guids, draft.conference.id)
    numbers = {speaker.export_id for speaker in draft.speakers.values()}
    fresh = count(max((*numbers, *_numbers(person.id for person in persons.values())), default=0) + 1)
    ids: dict[str, UUID] = {}
    for key, person in persons.items():
        row_id = identify(
            slug=draft.conference.slug,
            noun="speaker",
            key=key,
            guid=person.guid,
            taken={*taken, *ids.values()},
        )
        row = draft.speakers.get(row_id)
        if row is None:
            number = number_of(person.id, numbers) or next(fresh)
            numbers.add(number)
            row = Speaker(id=row_id, conference_id=draft.conference.id, export_id=number, affiliation="")
            db.add(row)
        row.name = person.name[:300]
        if person.biography or row.biography is None:
            row.biography = to_plain(person.biography)
        ids[key] = row_id
    return ids


def _numbers(texts: Iterable[str]) -> set[int]:
    return {number for text in texts if (number := number_of(text, ()))}


class _Slots:
    """One pass over the events of a file beside the slots there are."""

    def __init__(
        self,
        db: Transaction,
        draft: Draft,
        events: Sequence[ScheduleEvent],
        findings: list[Finding],
        rooms: dict[str, UUID],
        tracks: dict[str, UUID],
        speakers: dict[str, UUID],
    ) -> None:
        self.db, self.draft, self.events, self.findings = db, draft, events, findings
        self.rooms, self.tracks, self.speakers = rooms, tracks, speakers
        self.days = {day.position: day.id for day in conferences.list_days(db, draft.conference.id)}
        self.slots = {slot.id: slot for slot in draft.slots}
        guids = [event.guid for event in events if event.guid]
        self.taken = set(drafts.list_taken_ids(db, Slot, guids, draft.conference.id))
        self.numbers = {slot.export_id for slot in draft.slots}
        self.fresh = count(max((*self.numbers, *_numbers(event.id for event in events)), default=0) + 1)
        self.counts = Counts()
        self.new_sessions: list[Session] = []
        self.new_slots: list[Slot] = []
        self.new_speakers: list[SessionSpeaker] = []

    def write(self) -> Counts:
        if any(guid in self.taken for guid in (event.guid for event in self.events)):
            text = "Some guids belong to another conference here; those talks got guids of their own."
            self.findings.append(Finding(severity="notice", code="guid_taken", message=text))
        seen: set[UUID] = set()
        for event in self.events:
            slot_id = identify(
                slug=self.draft.conference.slug,
                noun="slot",
                key=event.key,
                guid=event.guid,
                taken=self.taken | seen if event.guid in seen or event.guid is None else self.taken,
            )
            seen.add(slot_id)
            self._write_event(event, slot_id)
        self._cancel_missing(seen)
        for rows in (self.new_sessions, [*self.new_slots, *self.new_speakers]):
            self.db.add_all(rows)
            self.db.flush()
        return self.counts

    def _write_event(self, event: ScheduleEvent, slot_id: UUID) -> None:
        slot = self.slots.get(slot_id)
        if slot is None:
            self._add(event, slot_id)
            self.counts.added += 1
            return
        session = self.draft.sessions[slot.session_id]
        moved = _assign(slot, self._place(event))
        told = _assign(session, self._content(event))
        order = self._order(event)
        if order != list(self.draft.speakers_of.get(session.id, ())):
            drafts.delete_session_speakers(self.db, session.id)
            self._speak(session.id, order)
            told = True
        slot.version += int(moved)
        session.version += int(told)
        if moved or told:
            self.counts.changed += 1
        else:
            self.counts.unchanged += 1

    def _add(self, event: ScheduleEvent, slot_id: UUID) -> None:
        number = number_of(event.id, self.numbers) or next(self.fresh)
        self.numbers.add(number)
        own = self.draft.conference.id
        session = Session(id=new_id(), conference_id=own, **self._content(event))
        slot = Slot(
            id=slot_id, conference_id=own, session_id=session.id, export_id=number, **self._place(event)
        )
        self.new_sessions.append(session)
        self.new_slots.append(slot)
        self._speak(session.id, self._order(event))

    def _speak(self, session_id: UUID, order: list[UUID]) -> None:
        self.new_speakers += [
            SessionSpeaker(session_id=session_id, speaker_id=speaker_id, position=position)
            for position, speaker_id in enumerate(order, start=1)
        ]

    def _order(self, event: ScheduleEvent) -> list[UUID]:
        return list(dict.fromkeys(self.speakers[person_key(person)] for person in event.persons))

    def _place(self, event: ScheduleEvent) -> dict[str, Any]:
        return {
            "room_id": self.rooms[event.room or NO_ROOM],
            "day_id": self.days.get(event.day_index),
            "starts_at": event.starts_at,
            "ends_at": event.ends_at,
            "cancelled": False,
        }

    def _content(self, event: ScheduleEvent) -> dict[str, Any]:
        links = [
            {"title": link.title, "url": link.url}
            for link in (*event.links, *event.attachments)
            if link.is_web
        ]
        return {
            "title": event.title,
            "subtitle": event.subtitle,
            "abstract": to_plain(event.abstract),
            "description": to_plain(event.description),
            "kind": kind_of(event.kind),
            "language": event.language,
            "track_id": self.tracks.get(event.track),
            "links": links,
        }

    def _cancel_missing(self, seen: set[UUID]) -> None:
        for slot in self.draft.slots:
            if slot.id not in seen and not slot.cancelled:
                slot.cancelled = True
                slot.version += 1
                self.counts.cancelled += 1


def kind_of(text: str) -> str:
    """The kind of a session as a word of small letters: “Award Ceremony” is award_ceremony."""
    return re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")[:60] or "talk"


def _assign(row: Base, values: dict[str, Any]) -> bool:
    """Set what differs; whether anything did."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)
