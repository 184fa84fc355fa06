"""The public programme as calendars: the whole and every cut of it, joined from the same entries."""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, cast
from uuid import UUID

from services.sessions.ical import CalendarEntry, calendar_text, event_text, zone_text
from services.sessions.models import Conference, ReleasedSlot
from services.sessions.queries import agenda, released
from services.sessions.usecases import narrowing
from services.sessions.usecases.keeping import Export, Kept, changed_at, export_of, kept_of
from services.sessions.usecases.narrowing import Wanted
from shared.db import Transaction

LOCAL = "local"


class Timed(Protocol):
    """Something between two instants."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


@dataclass(frozen=True, kw_only=True)
class _Key:
    """What the text of one entry depends on."""

    slot_id: UUID
    revision: int
    venue: str
    zone: str


@dataclass(kw_only=True)
class Calendars:
    """The calendars of one app. Entries are kept per slot, so a release rebuilds only what it changed."""

    kept: Kept
    _entries: dict[tuple[UUID, bool], dict[_Key, bytes]] = field(default_factory=dict)

    def get(self, db: Transaction, conference: Conference, base_url: str, wanted: Wanted) -> Export:
        """What is listed public of the part that was asked for, cancelled entries included.

        With `times` local the times are on the clock of the conference and its zone stands in the calendar, where
        yearly rules can say it; elsewhere they stay UTC. Raises NotFound for a part that does not exist.
        """
        name = ("calendar", narrowing.query_of(wanted))
        return self.kept.get(conference, name, lambda: self._build(db, conference, base_url, wanted))

    def entry_of(self, conference: Conference, slot: ReleasedSlot, base_url: str, *, zone: str = "") -> bytes:
        """The entry of one slot, the same bytes in every calendar; its times are UTC where no `zone` is named."""
        key = _Key(slot_id=slot.slot_id, revision=slot.revision, venue=conference.venue, zone=zone)
        kept = self._entries.get((conference.id, bool(zone)), {}).get(key)
        return kept or event_text(calendar_entry(conference, slot, base_url), zone=zone)

    def _build(self, db: Transaction, conference: Conference, base_url: str, wanted: Wanted) -> Export:
        release = released.find_release(db, conference)
        frame = released.frame_of(release)
        facets = narrowing.facets_of(db, self.kept, conference)
        narrowing.require_known(wanted, facets)
        days = [day for day in frame["days"] if day["listed"] == "public"]
        cut = narrowing.cut_agenda(wanted, days=days, frame=frame, facets=facets)
        zone, entries = self._read_entries(db, conference, base_url, local=wanted["times"] == LOCAL)
        ids = entries if cut.is_whole else agenda.list_public_ids(db, conference.id, cut.narrow)
        query = narrowing.query_of(wanted)
        address = f"{base_url}/sessions/{conference.slug}/calendar.ics"
        last_modified = changed_at(conference, release)
        body = calendar_text(
            (entries[slot_id] for slot_id in ids),
            name=" · ".join((conference.name, *cut.words)),
            description=conference.tagline,
            source_url=f"{address}?{query}" if query else address,
            last_modified=last_modified,
            zone=zone,
        )
        return export_of(body, last_modified)

    def _read_entries(
        self, db: Transaction, conference: Conference, base_url: str, *, local: bool
    ) -> tuple[bytes, Mapping[UUID, bytes]]:
        """The zone, where the entries need it, and the entry of every public slot in the order of time."""
        kept = self._entries.get((conference.id, local), {})
        revisions = released.list_slot_revisions(db, conference.id)
        zone = zone_of(conference, revisions) if local else b""
        on = conference.zone if zone else ""
        keys = [
            _Key(slot_id=one.slot_id, revision=one.revision, venue=conference.venue, zone=on)
            for one in revisions
        ]
        if any(key not in kept for key in keys):
            slots = {slot.slot_id: slot for slot in released.list_public_slots(db, conference.id)}
            kept = {
                key: kept.get(key)
                or event_text(calendar_entry(conference, slots[key.slot_id], base_url), zone=on)
                for key in keys
            }
        self._entries[conference.id, local] = {key: kept[key] for key in keys}
        return zone, {key.slot_id: kept[key] for key in keys}


def calendars_of(cache: MutableMapping[Any, Any]) -> Calendars:
    """The calendars of one app."""
    return cast(Calendars, cache.setdefault("calendars", Calendars(kept=kept_of(cache))))


def zone_of(conference: Conference, slots: Sequence[Timed]) -> bytes:
    """The zone of the conference in the years of these slots, as calendars spell it; empty where they cannot."""
    if not slots:
        return b""
    first, last = min(one.starts_at for one in slots), max(one.ends_at for one in slots)
    return zone_text(conference.zone, range(first.year, last.year + 2)) or b""


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
