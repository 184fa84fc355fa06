"""Exports satisfy both voc schemas and read back as the same programme."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from lxml import etree

from services.sessions.schedules import (
    NothingToExport,
    Schedule,
    ScheduleDay,
    ScheduleEvent,
    ScheduleLink,
    SchedulePerson,
    ScheduleRoom,
    ScheduleTrack,
    read_schedule,
    write_json,
    write_xml,
)
from tests.sessions.check_real_schedules import export_errors, filled

SAMPLES = Path(__file__).parent / "samples"


def make_event(number: int, **changes: object) -> ScheduleEvent:
    event = ScheduleEvent(
        id=str(number),
        guid=UUID(int=number),
        starts_at=datetime(2026, 11, 27, 9, tzinfo=UTC) + timedelta(hours=number),
        minutes=45,
        room="Auditorium",
        day_index=1,
        title=f"Talk {number}",
        url=f"https://plenary.example/talk/{number}",
    )
    return replace(event, **changes)  # type: ignore[arg-type]


def make_schedule(*events: ScheduleEvent, **changes: object) -> Schedule:
    schedule = Schedule(
        title="eTwinning for Future Teachers",
        acronym="eft2026",
        version="1",
        url="https://plenary.example/sessions/eft2026/",
        zone="Europe/Brussels",
        days=(ScheduleDay(index=1, date=date(2026, 11, 27)),),
        rooms=(ScheduleRoom(name="Auditorium", guid=UUID(int=99), capacity=600),),
        tracks=(),
        events=events,
    )
    return replace(schedule, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name", ["pentabarf.xml", "pretalx.xml", "frab.xml", "utc-and-offset.json", "camp2019.json"]
)
def test_every_imported_sample_exports_valid_and_reads_back_equal(name: str) -> None:
    schedule = filled(read_schedule((SAMPLES / name).read_bytes(), filename=name))
    assert export_errors(schedule, SAMPLES) == []


def test_own_programme_exports_valid_and_deterministic() -> None:
    schedule = make_schedule(make_event(1), make_event(2, room="B 1.04"))
    assert export_errors(schedule, SAMPLES) == []
    reordered = make_schedule(*reversed(schedule.events))
    assert write_xml(schedule) == write_xml(reordered)
    assert write_json(schedule) == write_json(reordered)


def test_programme_without_events_is_valid() -> None:
    schema = etree.XMLSchema(etree.parse(SAMPLES / "voc-schedule.xsd"))
    schema.assertValid(etree.fromstring(write_xml(make_schedule())))
    assert json.loads(write_json(make_schedule()))["schedule"]["conference"]["daysCount"] == 1


def test_conference_without_days_has_nothing_to_export() -> None:
    for write in (write_xml, write_json):
        with pytest.raises(NothingToExport):
            write(make_schedule(days=()))


def test_offsets_are_those_of_their_own_date() -> None:
    days = (ScheduleDay(index=1, date=date(2026, 10, 24)), ScheduleDay(index=2, date=date(2026, 10, 25)))
    schedule = make_schedule(
        make_event(1, starts_at=datetime(2026, 10, 24, 8, tzinfo=UTC)),
        make_event(2, starts_at=datetime(2026, 10, 25, 9, tzinfo=UTC), day_index=2),
        days=days,
    )
    dates = [element.text for element in etree.fromstring(write_xml(schedule)).iter("date")]
    assert dates == ["2026-10-24T10:00:00+02:00", "2026-10-25T10:00:00+01:00"]
    assert export_errors(schedule, SAMPLES) == []


def test_day_is_widened_to_a_talk_after_midnight() -> None:
    late = make_event(1, starts_at=datetime(2026, 11, 27, 23, 30, tzinfo=UTC))
    schedule = make_schedule(late)
    day = etree.fromstring(write_xml(schedule)).find("day")
    assert day is not None
    assert (day.get("date"), day.get("end")) == ("2026-11-27", "2026-11-28T01:15:00+01:00")
    assert export_errors(schedule, SAMPLES) == []


def test_what_the_schemas_refuse_is_mended() -> None:
    nasty = 'a <&> "b"\x00\x07\ud800\ufffe ]]> \u2028\r\nc'
    schedule = make_schedule(
        make_event(
            0, title=nasty, subtitle=nasty, abstract=nasty, description=nasty, track=nasty, kind=nasty
        ),
        make_event(2, id="2", code="lower1", slug="EFT-2"),
        make_event(3, id="2", code="ABC123", slug="EFT-2", minutes=30 * 60, title="日本"),
        make_event(4, code="ABC123", url="javascript:alert(1)", license="CC BY", recording_optout=True),
        make_event(5, links=(ScheduleLink(url="https://a.example/ü b?c=[1]#x#y", title=nasty),)),
        make_event(
            6, links=(ScheduleLink(url="../relative"), ScheduleLink(url="http://[broken")), day_index=77
        ),
        make_event(7, persons=(SchedulePerson(id="x1", name=nasty, guid=UUID(int=5), avatar_url="nothing"),)),
        make_event(8, persons=(SchedulePerson(id="12", name="B", biography=nasty),), room=nasty),
        acronym="EFT – Teachers!",
        tracks=(
            ScheduleTrack(name=nasty, color="red", slug="1-x"),
            ScheduleTrack(name="日本", color="#AABBCC"),
        ),
        rooms=(),
        url="not an address",
        zone="CET",
    )
    assert [error for error in export_errors(schedule, SAMPLES) if "other rows" not in error] == []
    assert b'href="https://a.example/%C3%BCb?c=%5B1%5D#x%23y"' in write_xml(schedule)
    events = list(etree.fromstring(write_xml(schedule)).iter("event"))
    assert len({event.get("id") for event in events}) == 8
    assert [event.get("code") for event in events] == [None] * 8
    assert events[2].findtext("duration") == "30:00"


def test_own_identity_survives_the_export() -> None:
    event = make_event(17, code="ABC123", slug="eft2026-opening")
    (written,) = etree.fromstring(write_xml(make_schedule(event))).iter("event")
    assert (written.get("id"), written.get("guid"), written.get("code")) == (
        "17",
        str(UUID(int=17)),
        "ABC123",
    )
    assert written.findtext("slug") == "eft2026-opening"
    assert written.findtext("room") == "Auditorium"


@pytest.mark.parametrize("changes", [{"guid": None}, {"starts_at": datetime(2026, 11, 27, 9)}])
def test_unfinished_event_is_the_callers_mistake(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="needs a guid and an aware start"):
        write_xml(make_schedule(make_event(1, **changes)))
