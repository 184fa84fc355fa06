"""Our schedules, checked by their schemas and read by parsers that know nothing of us: the same events and instants."""

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from lxml import etree
from sqlalchemy import select

from services.sessions.models import ReleasedSlot
from services.sessions.schedules import read_schedule
from services.sessions.usecases import import_schedule
from shared.clock import now
from tests.sessions.conftest import SLUG, House
from tests.sessions.test_importing import SAMPLES
from tests.sessions.test_releasing import move, release, slot_named

Told = tuple[str, datetime, datetime, str, str]
"""Identity, start and end in UTC, title and room of an event."""


def length_of(text: str) -> timedelta:
    """`[d:]hh:mm`, as both formats write it."""
    minutes, hours, days = (*(int(part) for part in reversed(text.split(":"))), 0)[:3]
    return timedelta(days=days, hours=hours, minutes=minutes)


def told(guid: str, date: str, duration: str, title: str, room: str) -> Told:
    start = datetime.fromisoformat(date).astimezone(UTC)
    return guid, start, start + length_of(duration), title, room


def by_elementtree(content: bytes) -> list[Told]:
    names = ("date", "duration", "title", "room")
    return sorted(
        told(event.attrib["guid"], *(event.findtext(name, "") for name in names))
        for event in ET.fromstring(content).iter("event")
    )


def by_json(content: bytes) -> list[Told]:
    days = json.loads(content)["schedule"]["conference"]["days"]
    events: list[dict[str, Any]] = [one for day in days for room in day["rooms"].values() for one in room]
    return sorted(
        told(one["guid"], one["date"], one["duration"], one["title"], one["room"]) for one in events
    )


def require_agreement(house: House, slug: str) -> list[Told]:
    """Both exports satisfy their schema, and say what is public and takes place."""
    xml, text = (house.visitor.get(f"/sessions/{slug}/schedule.{kind}").data for kind in ("xml", "json"))
    etree.XMLSchema(etree.parse(SAMPLES / "voc-schedule.xsd")).assertValid(etree.parse(io.BytesIO(xml)))
    schema = json.loads((SAMPLES / "voc-schedule.schema.json").read_text())
    jsonschema.Draft6Validator(schema, format_checker=jsonschema.FormatChecker()).validate(json.loads(text))
    with house.database.read() as db:
        query = select(ReleasedSlot).where(
            ReleasedSlot.holds_until.is_(None), ReleasedSlot.listed == "public"
        )
        released = sorted(
            (str(slot.slot_id), slot.starts_at, slot.ends_at, slot.body["title"], slot.body["room"]["name"])
            for slot in db.scalars(query)
            if not slot.cancelled
        )
    assert by_elementtree(xml) == by_json(text) == released
    return released


@pytest.mark.parametrize(
    "name", ["frab.xml", "pentabarf.xml", "pretalx.xml", "camp2019.json", "utc-and-offset.json"]
)
def test_the_export_of_a_real_programme_is_the_same_to_others(house: House, name: str) -> None:
    schedule = read_schedule((SAMPLES / name).read_bytes(), filename=name)
    with house.database.write() as db:
        import_schedule(db, schedule, conference_slug="sample", zone="Europe/Berlin", now=now())
    assert len(require_agreement(house, "sample")) == len(schedule.events) > 0


def test_moved_is_moved_and_cancelled_is_gone_from_a_schedule(seeded: House) -> None:
    before = require_agreement(seeded, SLUG)
    opening = slot_named(seeded, "Opening")
    moved = move(seeded, "Opening", starts_at=opening.starts_at + timedelta(minutes=5))
    gone = move(seeded, "The course nobody can skip", cancelled=True)
    assert require_agreement(seeded, SLUG) == before, "a draft"
    release(seeded)
    after = require_agreement(seeded, SLUG)
    assert {one[0] for one in set(before) ^ set(after)} == {str(moved.id), str(gone.id)}
    assert len(after) == len(before) - 1
