"""The talks of a schedule file as rooms, tracks, speakers, sessions and slots, loaded and compared in bulk."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

from services.sessions.models import (
    Base,
    Conference,
    ImportedSlot,
    Session,
    SessionSpeaker,
    Slot,
)
from services.sessions.queries import conferences, drafts
from services.sessions.rules.identity import identify, number_of
from services.sessions.rules.merging import new_since, plain
from services.sessions.rules.programme import Draft
from services.sessions.schedules import Finding, Schedule, ScheduleEvent, to_plain
from services.sessions.usecases.importing_people import numbers_of, person_key, write_speakers
from services.sessions.usecases.importing_rooms import NO_ROOM, write_rooms, write_tracks
from services.sessions.usecases.importing_series import Said, SharedSessions, said
from shared.db import Transaction
from shared.ids import new_id


@dataclass(kw_only=True)
class Counts:
    """How many talks were added, changed, left as they were, or cancelled because the file no longer has them.

    `kept` are those in which something that people have changed since the last file was left to them.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    cancelled: int = 0
    kept: int = 0


def write_events(
    db: Transaction,
    conference: Conference,
    schedule: Schedule,
    events: Sequence[ScheduleEvent],
    findings: list[Finding],
) -> Counts:
    """Bring the draft in line with the file."""
    draft = drafts.read_draft(db, conference)
    rooms = write_rooms(db, draft, schedule, events)
    tracks = write_tracks(db, draft, schedule, events)
    speakers = write_speakers(db, draft, events)
    # Rows before the rows that point to them: the mapper knows no relationships to order by.
    db.flush()
    return _Slots(db, draft, events, findings, rooms, tracks, speakers).write()


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
        self.imported = drafts.list_imported(db, draft.conference.id)
        guids = [event.guid for event in events if event.guid]
        self.taken = set(drafts.list_taken_ids(db, Slot, guids, draft.conference.id))
        self.numbers = {slot.export_id for slot in draft.slots}
        self.fresh = count(max((*self.numbers, *numbers_of(event.id for event in events)), default=0) + 1)
        self.shared = SharedSessions()
        self.counts = Counts()
        self.new_sessions: list[Session] = []
        self.new_slots: list[Slot] = []
        self.new_speakers: list[SessionSpeaker] = []
        self.new_imported: list[ImportedSlot] = []

    def write(self) -> Counts:
        if any(guid in self.taken for guid in (event.guid for event in self.events)):
            text = "Some guids belong to another conference here; those talks got guids of their own."
            self.findings.append(Finding(severity="notice", code="guid_taken", message=text))
        seen: set[UUID] = set()
        events: list[tuple[ScheduleEvent, UUID]] = []
        for event in self.events:
            slot_id = identify(
                slug=self.draft.conference.slug,
                noun="slot",
                key=event.key,
                guid=event.guid,
                taken=self.taken | seen if event.guid in seen or event.guid is None else self.taken,
            )
            seen.add(slot_id)
            events.append((event, slot_id))
        self._share(events)
        for event, slot_id in events:
            self._write_event(event, slot_id)
        self._cancel_missing(seen)
        for rows in (self.new_sessions, [*self.new_slots, *self.new_speakers], self.new_imported):
            self.db.add_all(rows)
            self.db.flush()
        return self.counts

    def _share(self, events: Sequence[tuple[ScheduleEvent, UUID]]) -> None:
        """Dates of a series keep their session; where they say different things, those that said so before do."""
        known = [(event, self.slots[slot_id]) for event, slot_id in events if slot_id in self.slots]
        for only_steady in (True, False):
            for event, slot in known:
                row, content = self.imported.get(slot.id), self._content(event) if event.series else {}
                if content and not (only_steady and (row is None or new_since(row.facts, content))):
                    self.shared.claim(said(event.series, content), slot.session_id)

    def _write_event(self, event: ScheduleEvent, slot_id: UUID) -> None:
        slot = self.slots.get(slot_id)
        if slot is None and slot_id in self.imported:
            self.counts.unchanged += 1
            self.counts.kept += 1
            return
        if slot is None:
            self._add(event, slot_id)
            self.counts.added += 1
            return
        session = self.draft.sessions[slot.session_id]
        place, content, order = self._place(event), self._content(event), self._order(event)
        before = self._remember(slot_id, place, content, order)
        if event.series and self.shared.is_of_others(said(event.series, content), session.id):
            self._part(slot, session, said(event.series, content), new_since(before, content))
            _assign(slot, new_since(before, place))
            slot.version += 1
            self.counts.changed += 1
            return
        speaking = list(self.draft.speakers_of.get(session.id, ()))
        moved = _assign(slot, new_since(before, place))
        told = _assign(session, new_since(before, content))
        if order != speaking and new_since(before, {"speakers": order}):
            drafts.delete_session_speakers(self.db, session.id)
            self._speak(session.id, order)
            told = True
            speaking = order
        self.counts.kept += _differs(slot, place) or _differs(session, content) or order != speaking
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
        what = said(event.series, self._content(event))
        session_id = self.shared.find(what) if event.series else None
        if session_id is None:
            session_id = new_id()
            self.new_sessions.append(Session(id=session_id, conference_id=own, **self._content(event)))
            self._speak(session_id, self._order(event))
            self.shared.claim(what, session_id)
        slot = Slot(
            id=slot_id, conference_id=own, session_id=session_id, export_id=number, **self._place(event)
        )
        self.new_slots.append(slot)
        self._remember(slot_id, self._place(event), self._content(event), self._order(event))

    def _part(self, slot: Slot, session: Session, what: Said, changes: dict[str, Any]) -> None:
        """A date that says something of its own leaves the session it shared, with what people made of it."""
        session_id = self.shared.find(what)
        if session_id is None:
            session_id = new_id()
            columns = {column.key: getattr(session, column.key) for column in Session.__table__.columns}
            self.db.add(Session(**{**columns, **changes, "id": session_id, "version": 1}))
            self.db.flush()
            self._speak(session_id, list(self.draft.speakers_of.get(session.id, ())))
            self.shared.claim(what, session_id)
        slot.session_id = session_id

    def _remember(
        self, slot_id: UUID, place: dict[str, Any], content: dict[str, Any], order: list[UUID]
    ) -> dict[str, Any]:
        """Note what this file says; answers what the last one said, or nothing."""
        facts = plain({**place, **content, "speakers": order})
        row = self.imported.get(slot_id)
        if row is None:
            row = ImportedSlot(slot_id=slot_id, conference_id=self.draft.conference.id, facts=facts)
            self.new_imported.append(row)
            return {}
        before, row.facts = row.facts, facts
        return before

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
        """What came from a file and is in it no more; what people have added themselves is theirs."""
        for slot in self.draft.slots:
            row = self.imported.get(slot.id)
            if slot.id in seen or row is None or row.facts["cancelled"]:
                continue
            row.facts = {**row.facts, "cancelled": True}
            if not slot.cancelled:
                slot.cancelled = True
                slot.version += 1
                self.counts.cancelled += 1


def kind_of(text: str) -> str:
    """The kind of a session as a word of small letters: “Award Ceremony” is award_ceremony."""
    return re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")[:60] or "talk"


def _differs(row: Base, values: Mapping[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in values.items())


def _assign(row: Base, values: dict[str, Any]) -> bool:
    """Set what differs; whether anything did."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)
