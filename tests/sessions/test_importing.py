"""Bringing real schedule files into a conference, twice, changed, and side by side."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from services.sessions.errors import ZoneUnknown
from services.sessions.models import Conference, Day, Release, Room, Session, Slot
from services.sessions.schedules import Schedule, read_schedule
from services.sessions.usecases import import_schedule
from services.sessions.usecases.editing import take_out_slot
from services.sessions.usecases.importing import ImportReport
from shared.clock import now, to_local
from shared.errors import Invalid
from shared.ids import new_id
from tests.sessions.conftest import House

SAMPLES = Path(__file__).parent / "samples"
EXPORTS = ("calendar.ics", "schedule.xml", "schedule.json")

XML = """<?xml version="1.0" encoding="utf-8"?>
<schedule><version>1.0</version>
<conference><title>Night of Talks</title><acronym>night</acronym>{zone}</conference>
<day index="1" date="2026-11-26"><room name="Aula" guid="6b5b9d6c-0c0f-4a7e-9b43-0a4b7a7d4b11">
<event guid="0e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0" id="17"><date>2026-11-26T21:00:00+01:00</date><start>21:00</start>
<duration>00:45</duration><title>Evening</title><type>talk</type><language>en</language>
<persons><person id="3">Ana Ruiz</person></persons></event>
{more}</room></day></schedule>"""
LATE = """<event guid="1e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0" id="18"><date>2026-11-27T00:30:00+01:00</date>
<start>00:30</start><duration>00:45</duration><title>After midnight</title></event>"""
BRUSSELS = "<time_zone_name>Europe/Brussels</time_zone_name>"


def read(more: str = LATE, zone: str = BRUSSELS) -> Schedule:
    return read_schedule(XML.format(more=more, zone=zone).encode(), filename="night.xml")


def bring_in(house: House, schedule: Schedule, slug: str = "night", **options: object) -> ImportReport:
    with house.database.write() as db:
        return import_schedule(db, schedule, conference_slug=slug, now=now(), **options)  # type: ignore[arg-type]


def exports(house: House, slug: str = "night") -> list[str]:
    return [
        hashlib.sha256(house.visitor.get(f"/sessions/{slug}/{name}").data).hexdigest() for name in EXPORTS
    ]


def slots(house: House, slug: str) -> dict[str, Slot]:
    with house.database.read() as db:
        query = (
            select(Slot).join(Conference, Conference.id == Slot.conference_id).where(Conference.slug == slug)
        )
        return {str(slot.id): slot for slot in db.scalars(query)}


def test_a_new_conference_is_public_and_released(house: House) -> None:
    report = bring_in(house, read())
    assert (report.created, report.added, report.release) == (True, 2, "1.0")
    page = house.visitor.get("/sessions/night/?day=").text
    assert "After midnight" in page and "Ana Ruiz" in page
    assert "Evening" in report.summary() or "2 added" in report.summary()


def test_the_second_run_changes_nothing(house: House) -> None:
    bring_in(house, read())
    before, last = exports(house), house.last_event()
    report = bring_in(house, read())
    assert (report.added, report.changed, report.cancelled, report.unchanged, report.release) == (
        0,
        0,
        0,
        2,
        None,
    )
    assert house.events(last) == []
    assert exports(house) == before


def test_a_talk_after_midnight_belongs_to_the_evening_before(house: House) -> None:
    bring_in(house, read())
    with house.database.read() as db:
        days = db.scalars(select(Day)).all()
    assert len(days) == 1
    assert to_local(days[0].ends_at, "Europe/Brussels").strftime("%d %H:%M") == "27 01:15"
    assert {slot.day_id for slot in slots(house, "night").values()} == {days[0].id}


def test_a_later_file_moves_by_guid_and_cancels_what_it_lacks(house: House) -> None:
    bring_in(house, read())
    schedule = read(more="")
    moved = replace(schedule.events[0], starts_at=datetime(2026, 11, 26, 20, 30, tzinfo=UTC))
    report = bring_in(house, replace(schedule, events=(moved,)))
    assert (report.changed, report.cancelled, report.release) == (1, 1, "1.0 (2)")
    text = house.visitor.get("/sessions/night/calendar.ics").text
    assert text.count("SEQUENCE:1") == 2
    assert text.count("STATUS:CANCELLED") == 1
    assert "UID:0e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0" in text
    report = bring_in(house, read())
    assert (report.changed, report.cancelled) == (2, 0)
    assert "STATUS:CANCELLED" not in house.visitor.get("/sessions/night/calendar.ics").text


def test_export_ids_and_guids_come_from_the_file(house: House) -> None:
    bring_in(house, read())
    assert {(uid, slot.export_id) for uid, slot in slots(house, "night").items()} == {
        ("0e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0", 17),
        ("1e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0", 18),
    }


def test_the_same_file_for_two_conferences_gives_two_sets_of_guids(house: House) -> None:
    bring_in(house, read())
    report = bring_in(house, read(), slug="copy")
    assert "guid_taken" in {finding.code for finding in report.findings}
    assert not slots(house, "night").keys() & slots(house, "copy").keys()
    assert bring_in(house, read(), slug="copy").release is None
    assert bring_in(house, read()).release is None


def test_a_new_conference_without_a_zone_is_refused_naming_the_option(house: House) -> None:
    with pytest.raises(ZoneUnknown, match="--zone"):
        bring_in(house, read(zone=""))
    with house.database.read() as db:
        assert db.scalar(select(func.count()).select_from(Conference)) == 0
    assert bring_in(house, read(zone=""), zone="Europe/Berlin").zone == "Europe/Berlin"


@pytest.mark.parametrize("slug", ["api", "Night", "ni ght", "../x", ""])
def test_a_slug_that_cannot_be_one_is_refused(house: House, slug: str) -> None:
    with pytest.raises(Exception, match=r".") as refused:
        bring_in(house, read(), slug=slug)
    assert list(refused.value.fields) == ["slug"]  # type: ignore[attr-defined]


def test_an_unknown_zone_is_refused(house: House) -> None:
    with pytest.raises(Invalid) as refused:
        bring_in(house, read(), zone="Nowhere/Town")
    assert list(refused.value.fields) == ["zone"]


def test_the_offset_wins_over_a_zone_that_contradicts_it(house: House) -> None:
    report = bring_in(house, read(), zone="America/New_York")
    assert "zone_contradicts_offsets" in {finding.code for finding in report.findings}
    slot = slots(house, "night")["0e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0"]
    assert slot.starts_at == datetime(2026, 11, 26, 20, 0, tzinfo=UTC)


def test_rooms_with_one_guid_stay_two_rooms(house: House) -> None:
    second = XML.format(more="", zone=BRUSSELS).replace(
        "</day>",
        '<room name="Linden" guid="6b5b9d6c-0c0f-4a7e-9b43-0a4b7a7d4b11">' + LATE + "</room></day>",
    )
    schedule = read_schedule(second.encode(), filename="two.xml")
    report = bring_in(house, schedule)
    assert "repeated_room_guid" in {finding.code for finding in report.findings}
    with house.database.read() as db:
        assert sorted(db.scalars(select(Room.name))) == ["Aula", "Linden"]
    assert bring_in(house, schedule).release is None


def test_a_draft_import_stays_a_draft(house: House) -> None:
    report = bring_in(house, read(), draft=True)
    assert report.release is None
    assert house.visitor.get("/sessions/night/").status_code == 404
    with house.database.read() as db:
        assert db.scalar(select(func.count()).select_from(Release)) == 0
    assert {event.type for event in house.events()} == {"plenary.sessions.conference.stated.v1"}


def test_a_file_of_nine_hundred_talks_at_one_time_is_idempotent(house: House) -> None:
    talk = LATE.replace('id="18"', 'id="{n}"').replace("1e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0", "{guid}")
    more = "".join(
        talk.replace("{n}", str(100 + n)).replace("{guid}", f"00000000-0000-4000-8000-{n:012d}")
        for n in range(900)
    )
    schedule = read(more=more)
    assert bring_in(house, schedule).added == 901
    before, last = exports(house), house.last_event()
    assert bring_in(house, schedule).release is None
    assert (exports(house), house.last_event()) == (before, last)


def test_what_people_changed_stays_until_the_file_changes_it_too(house: House) -> None:
    bring_in(house, read())
    with house.database.write() as db:
        evening = next(slot for slot in db.scalars(select(Slot)) if slot.export_id == 17)
        session = db.get_one(Session, evening.session_id)
        session.title, session.language = "Evening, corrected", "fr"
        hall = Room(id=new_id(), conference_id=evening.conference_id, name="Hall", position=9, capacity=None)
        db.add(hall)
        db.flush()
        evening.room_id = hall.id
        slot_id, session_id = evening.id, session.id

    again = bring_in(house, read())
    assert (again.changed, again.unchanged, again.kept) == (0, 2, 1)
    assert "1 keep what was changed here" in again.summary()
    changed = read()
    events = [
        replace(one, language="de", subtitle="New") if one.title == "Evening" else one
        for one in changed.events
    ]
    assert bring_in(house, replace(changed, events=tuple(events))).changed == 1
    with house.database.read() as db:
        session, slot = db.get_one(Session, session_id), db.get_one(Slot, slot_id)
        assert (session.title, session.language, session.subtitle) == ("Evening, corrected", "de", "New")
        assert db.get_one(Room, slot.room_id).name == "Hall"


def test_what_people_added_or_cancelled_themselves_is_theirs(house: House) -> None:
    bring_in(house, read())
    with house.database.write() as db:
        late = next(slot for slot in db.scalars(select(Slot)) if slot.export_id == 18)
        late.cancelled = True
        own = {name: getattr(late, name) for name in ("conference_id", "session_id", "room_id", "day_id")}
        added = Slot(id=new_id(), export_id=99, starts_at=late.starts_at, ends_at=late.ends_at, **own)
        db.add(added)
    assert bring_in(house, read()).cancelled == 0
    gone = bring_in(house, read(more=""))
    assert gone.cancelled == 0  # it is cancelled already
    state = {slot.export_id: slot.cancelled for slot in slots(house, "night").values()}
    assert state == {17: False, 18: True, 99: False}
    back = bring_in(house, read())
    assert (back.changed, slots(house, "night")[str(late.id)].cancelled) == (1, False)


def test_what_people_took_out_stays_out(house: House) -> None:
    bring_in(house, read(), draft=True)
    late = next(slot for slot in slots(house, "night").values() if slot.export_id == 18)
    with house.database.write() as db:
        take_out_slot(db, slug="night", slot_id=late.id, version=late.version)
    again = bring_in(house, read(), draft=True)
    assert (again.added, again.kept, len(slots(house, "night"))) == (0, 1, 1)
