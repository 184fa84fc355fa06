"""The demonstration conference, from demo.json."""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from services.sessions.models import Conference, Day, Room, Session, SessionSpeaker, Slot, Speaker, Track
from services.sessions.queries import conferences as queries
from services.sessions.rules import placing
from services.sessions.usecases import conferences, rehearsing, releasing
from shared.clock import to_local
from shared.db import Transaction
from shared.ids import new_id

PROGRAMME = Path(__file__).with_name("demo.json")
SLUG = "etwinning-future-teachers"
CLOCK = "day 1 09:45"


def seed(db: Transaction, *, day_one: date, now: datetime) -> None:
    """Make, release and rehearse the conference; does nothing where it exists."""
    if queries.find_conference(db, SLUG) is not None:
        return
    content = json.loads(PROGRAMME.read_text("utf-8"))
    about = content["conference"]
    conference = conferences.new_conference(
        db, slug=SLUG, name=about["name"], zone=about["zone"], now=now, state="public", rehearsal=True
    )
    for name in ("acronym", "tagline", "welcome", "venue", "accent"):
        setattr(conference, name, about[name])
    days = _add_days(db, conference, content["days"], day_one)
    _add_programme(db, conference, content, days)
    rehearsing.set_clock(db, conference, at=CLOCK, now=now)
    releasing.release_programme(db, slug=SLUG, name="1.0", comment="The programme", now=now)


def _add_days(
    db: Transaction, conference: Conference, entries: list[dict[str, Any]], day_one: date
) -> list[Day]:
    days = []
    for position, entry in enumerate(entries, start=1):
        on = day_one + timedelta(days=position - 1)
        day = Day(
            id=new_id(),
            conference_id=conference.id,
            position=position,
            title=entry["title"],
            starts_at=_instant(conference, on, entry["opens"]),
            ends_at=_instant(conference, on, entry["closes"]),
            listed=entry["listed"],
            attend=entry["attend"],
            stream=f"/live/{SLUG}/" if entry["attend"] == "public" else "",
        )
        days.append(day)
    db.add_all(days)
    db.flush()
    return days


def _add_programme(db: Transaction, conference: Conference, content: dict[str, Any], days: list[Day]) -> None:
    own = conference.id
    rooms = {
        entry["name"]: Room(id=new_id(), conference_id=own, position=position, **entry)
        for position, entry in enumerate(content["rooms"], start=1)
    }
    tracks = {entry["name"]: Track(id=new_id(), conference_id=own, **entry) for entry in content["tracks"]}
    speakers = {
        entry.pop("key"): Speaker(
            id=new_id(), conference_id=own, export_id=number, confirmed_at=conference.created_at, **entry
        )
        for number, entry in enumerate(content["speakers"], start=1)
    }
    db.add_all([*rooms.values(), *tracks.values(), *speakers.values()])
    db.flush()
    sessions, slots, speaking = [], [], []
    for number, entry in enumerate(content["sessions"], start=1):
        track = tracks.get(entry["track"])
        session = _session(own, entry, track.id if track else None)
        sessions.append(session)
        slots.append(_slot(conference, entry, session, number, rooms[entry["room"]], days[entry["day"] - 1]))
        speaking += [
            SessionSpeaker(session_id=session.id, speaker_id=speakers[key].id, position=position)
            for position, key in enumerate(entry["speakers"], start=1)
        ]
    db.add_all(sessions)
    db.flush()
    db.add_all([*slots, *speaking])
    db.flush()


def _session(conference_id: UUID, entry: dict[str, Any], track_id: UUID | None) -> Session:
    return Session(
        id=new_id(),
        conference_id=conference_id,
        title=entry["title"],
        subtitle=entry["subtitle"],
        abstract=entry["abstract"],
        description=entry.get("description", ""),
        kind=entry["kind"],
        language=entry["language"],
        track_id=track_id,
        areas=entry.get("areas", []),
        links=entry["links"],
    )


def _slot(
    conference: Conference, entry: dict[str, Any], session: Session, number: int, room: Room, day: Day
) -> Slot:
    on = to_local(day.starts_at, conference.zone).date()
    starts_at = _instant(conference, on, entry["start"])
    return Slot(
        id=new_id(),
        conference_id=conference.id,
        session_id=session.id,
        export_id=number,
        room_id=room.id,
        day_id=day.id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=entry["minutes"]),
    )


def _instant(conference: Conference, on: date, clock: str) -> datetime:
    return placing.resolve_start(day=on, at=time.fromisoformat(clock), offset="", zone=conference.zone)
