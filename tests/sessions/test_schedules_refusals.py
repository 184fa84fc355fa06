"""Whatever bytes come in, a schedule is read, or refused with a sentence that says why."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sessions.schedules import ForeignSchedule, Schedule, UnreadableSchedule, read_schedule
from shared.errors import Refusal

SAMPLES = Path(__file__).parent / "samples"
PENTABARF = (SAMPLES / "pentabarf.xml").read_bytes()
PRETALX = (SAMPLES / "pretalx.xml").read_bytes()
LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))


def findings(schedule: Schedule, code: str) -> list[str]:
    return [f"{finding.where}: {finding.message}" for finding in schedule.findings if finding.code == code]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<!DOCTYPE html><html></html>", "HTML"),
        (b"<html><body/></html>", "HTML"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04zip", "office document"),
        (b"Title;Start;End\n", "neither XML nor JSON"),
        (b"<rss version='2.0'/>", "RSS"),
        (b"<catalogue/>", "<catalogue>"),
        (b"[1, 2]", "list of 2"),
        (b'{"talks": []}', "widget"),
        (b'{"schedule": {"conference": {"title": "x"}, "events": []}}', "schedule2"),
        (b'{"name": "x", "version": 1}', "“name”, “version”"),
        ((SAMPLES / "foreign-grid.json").read_bytes(), "grid of talks by date"),
    ],
)
def test_other_kinds_of_file_are_named(content: bytes, reason: str) -> None:
    with pytest.raises(ForeignSchedule) as refused:
        read_schedule(content, filename="upload.bin")
    assert reason in refused.value.detail
    assert "upload.bin" in refused.value.detail
    assert refused.value.status == 422


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (PRETALX[:2000], "line"),
        (PRETALX.replace(b"Welcome &amp;", b"Welcome \x00"), "well-formed"),
        (b'{"schedule": ', "valid JSON"),
        (b"[" * 100_000, "valid JSON"),
        (b"{" + b"9" * 10_000, "valid JSON"),
        (b"<schedule><version>1</version></schedule>", "<conference>"),
        (b"<schedule><conference/></schedule>", "no days"),
        (b'<schedule><conference/><day index="1" date="2026-01-01"/></schedule>', "0 in its 1 day"),
        (b"<!DOCTYPE schedule [<!ENTITY l0 'ha'>" + LAUGHS + b"]><schedule>&l9;</schedule>", "entit"),
        (b"<!DOCTYPE s [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><schedule>&f;</schedule>", "entities"),
        (b"\xff\xfe<", "UTF-16"),
    ],
)
def test_broken_files_are_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableSchedule) as refused:
        read_schedule(content, filename="upload.xml")
    assert reason in refused.value.detail


def test_file_of_which_no_event_can_be_read_names_line_and_field() -> None:
    content = b"<schedule><conference/>\n<day index='1' date='2026-02-01'>\n<event id='1'><title>A</title>"
    with pytest.raises(UnreadableSchedule, match="line 3: “A” was left out: it has no start"):
        read_schedule(content + b"</event></day></schedule>", filename="upload.xml")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"2026-11-27T09:30:00+01:00", b"31 February 2026, 9:30", "“31 February 2026, 9:30” is not a date"),
        (b"2026-11-27T09:30:00+01:00", b"2026-02-31T09:30:00+01:00", "day is out of range"),
        (b"2026-11-27T09:30:00+01:00", b"0001-01-01T00:00:00+14:00", "year"),
        (b"2026-11-27T09:30:00+01:00", b"2026-11-27T09:30:00+23:00", "no place on earth"),
        (b"<duration>00:50", b"<duration>-00:50", "“-00:50” is not a duration"),
        (b"<duration>00:50", b"<duration>00:00", "not longer than nothing"),
        (b"<duration>00:50", b"<duration>99999:00", "longer than two weeks"),
        (b"<duration>00:50", b"<duration>", "no duration"),
    ],
)
def test_event_that_cannot_be_read_is_left_out_and_named(old: bytes, new: bytes, reason: str) -> None:
    schedule = read_schedule(PRETALX.replace(old, new), filename="pretalx.xml")
    assert [event.id for event in schedule.events] == ["8377"]
    (left_out,) = findings(schedule, "event_left_out")
    assert left_out.startswith("line 26: “Welcome & <hello>” was left out: ")
    assert reason in left_out


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'date="2012-02-05"', b'date="5 Feb"', "day_left_out"),
        (b'index="2"', b'index="1"', "days_renumbered"),
        (b'id="7"', b'id="3"', "repeated_id"),
        (b"<day_change>04:00", b"<day_change>later", "bad_day_change"),
        (b"<room>Cellar", b"<room>", "no_room"),
        (b"<title>Workshop", b"<title>", "no_title"),
        (b"<title>Workshop", b"<title>" + b"w" * 1_000_000, "text_cut"),
        (b"<days>2</days>", b"<time_zone_name>Mars/Olympus</time_zone_name>", "unknown_zone"),
        (b"<days>2</days>", b"<time_zone_name>../../etc/passwd</time_zone_name>", "unknown_zone"),
        (b"<title>Workshop", "<title>Work\u0085shop".encode(), "characters_removed"),
    ],
)
def test_oddities_become_findings(old: bytes, new: bytes, code: str) -> None:
    assert findings(read_schedule(PENTABARF.replace(old, new), filename="pentabarf.xml"), code)


def test_repeated_keys_stay_apart() -> None:
    content = PENTABARF.replace(b'id="7"', b'id="3"').replace(b'id="4"', b'id="3"')
    keys = [event.key for event in read_schedule(content, filename="pentabarf.xml").events]
    assert keys == ["0", "3", "3#2", "3#3"]


def test_findings_of_one_kind_are_limited() -> None:
    events = b"".join(b"<event id='%d'><start>x</start></event>" % number for number in range(5_010))
    content = PENTABARF.replace(b'<event id="7">', events + b'<event id="7">')
    left_out = findings(read_schedule(content, filename="pentabarf.xml"), "event_left_out")
    assert len(left_out) == 5_001
    assert "10 more" in left_out[-1]


def test_surrogates_and_nul_never_leave_a_json_file() -> None:
    document = json.loads((SAMPLES / "utc-and-offset.json").read_text())
    document["schedule"]["conference"]["days"][0]["rooms"]["Gray Room"][0]["title"] = "a\ud800b\x00c"
    schedule = read_schedule(json.dumps(document).encode(), filename="a.json")
    assert schedule.events[0].title == "abc"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.just("2026-11-27T09:00:00Z"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
EVENT_FIELDS = ("id", "guid", "date", "start", "duration", "room", "title", "track", "persons", "links")


@settings(max_examples=60, deadline=None)
@given(event=st.dictionaries(st.sampled_from(EVENT_FIELDS), JSON), day=JSON, conference=JSON)
def test_any_json_values_are_read_or_refused(event: dict[str, Any], day: Any, conference: Any) -> None:
    days = [{"index": day, "date": "2026-11-27", "rooms": {"A": [event]}}, day]
    document = {"schedule": {"version": day, "conference": {"title": conference, "rooms": day, "days": days}}}
    try:
        schedule = read_schedule(json.dumps(document).encode(), filename="any.json")
    except Refusal:
        return
    assert schedule.events


@settings(max_examples=60, deadline=None)
@given(position=st.integers(0, len(PRETALX)), length=st.integers(0, 40), replacement=st.binary(max_size=12))
def test_any_damage_to_a_file_is_read_or_refused(position: int, length: int, replacement: bytes) -> None:
    content = PRETALX[:position] + replacement + PRETALX[position + length :]
    try:
        schedule = read_schedule(content, filename="damaged.xml")
    except Refusal:
        return
    assert schedule.events
