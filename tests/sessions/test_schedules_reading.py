"""Schedules of every dialect are read in full, with their oddities named."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from services.sessions.schedules import Schedule, describe, read_schedule

SAMPLES = Path(__file__).parent / "samples"


def read_sample(name: str) -> Schedule:
    return read_schedule((SAMPLES / name).read_bytes(), filename=name)


def codes(schedule: Schedule) -> list[str]:
    return [finding.code for finding in schedule.findings]


def test_pentabarf_without_rooms_around_its_events_is_read_in_full() -> None:
    schedule = read_sample("pentabarf.xml")
    counts = describe(schedule)
    assert (counts.days, counts.events, counts.rooms, counts.links) == (2, 4, 3, 1)
    assert (counts.distinct_person_names, counts.events_without_person) == (2, 1)
    assert counts.first_start == "2012-02-04T10:30"
    assert schedule.acronym == ""
    assert schedule.version == "PREVIEW"
    assert schedule.events[0].title == "Opening"
    assert sorted(codes(schedule)) == ["no_guid", "no_zone", "room_overlap"]


def test_pentabarf_start_before_the_change_of_day_is_the_next_morning() -> None:
    songs = next(event for event in read_sample("pentabarf.xml").events if event.id == "4")
    assert songs.starts_at == datetime(2012, 2, 5, 1, 15)
    assert songs.day_index == 1


def test_pretalx_index_of_persons_counts_nobody_twice() -> None:
    schedule = read_sample("pretalx.xml")
    counts = describe(schedule)
    assert (counts.events, counts.distinct_person_names, counts.attachments) == (2, 1, 1)
    person = schedule.events[0].persons[0]
    assert (person.id, person.name, person.biography) == ("2", "Ana Példa", "<p>Teaches teachers.</p>")


def test_pretalx_event_keeps_every_field() -> None:
    schedule = read_sample("pretalx.xml")
    event = schedule.events[0]
    assert event.guid == UUID("9c3ebb8c-7716-5130-b9fe-ff8544f5636d")
    assert (event.code, event.slug, event.kind, event.language) == (
        "SFKNTZ",
        "meet2026-8376-welcome",
        "talk",
        "en",
    )
    assert event.starts_at == datetime(2026, 11, 27, 8, 30, tzinfo=UTC)
    assert (event.title, event.track) == ("Welcome & <hello>", "Research & Policy")
    assert (event.license, event.recording_optout) == ("CC-BY-4.0", True)
    assert event.abstract == '<p>First <a href="https://meeting.example/">link</a>.</p>'
    assert event.line == 26
    assert [(room.name, room.guid) for room in schedule.rooms] == [
        ("Auditorium", UUID("7b9d4c11-2b61-4d55-8d6a-2f6f3b1d1a01"))
    ]
    assert [(track.name, track.color) for track in schedule.tracks] == [
        ("Research & Policy", None),
        ("Practice", "#1f5fa8"),
    ]


def test_script_link_is_left_out_with_a_finding() -> None:
    schedule = read_sample("pretalx.xml")
    assert [link.url for link in schedule.events[0].links] == [
        "https://chat.example/#/room/#main:meeting.example"
    ]
    assert "link_left_out" in codes(schedule)


def test_three_part_duration_is_days_first_from_pretalx_only() -> None:
    content = (SAMPLES / "pretalx.xml").read_bytes()
    assert read_schedule(content, filename="a.xml").events[1].minutes == 24 * 60 + 150
    foreign = content.replace(b'name="pretalx"', b'name="frab"')
    assert read_schedule(foreign, filename="a.xml").events[1].minutes == 62


def test_frab_talk_after_midnight_belongs_to_the_day_before() -> None:
    schedule = read_sample("frab.xml")
    counts = describe(schedule)
    assert (counts.days, counts.events_on_another_calendar_date_than_their_day) == (1, 1)
    assert [event.day_index for event in schedule.events] == [1, 1]


def test_frab_guid_in_base64_is_a_uuid_and_keeps_its_spelling() -> None:
    event = read_sample("frab.xml").events[1]
    assert event.guid == UUID("1cea9e34-86fa-1bb3-3885-814a15190299")
    assert event.key == "HOqeNIb6G7M4hYFKFRkCmQ"


def test_overlap_across_midnight_is_found() -> None:
    schedule = read_sample("frab.xml")
    assert codes(schedule) == ["odd_guid", "no_zone"]
    longer = (SAMPLES / "frab.xml").read_bytes().replace(b"<duration>01:30", b"<duration>01:31")
    assert "room_overlap" in codes(read_schedule(longer, filename="frab.xml"))


def test_offset_is_trusted_where_the_zone_contradicts_it() -> None:
    schedule = read_sample("utc-and-offset.json")
    assert schedule.zone == "UTC"
    assert describe(schedule).first_start == "2020-12-14T08:00Z"
    assert codes(schedule) == ["zone_contradicts_offsets", "repeated_room_guid"]


def test_json_forms_old_and_new_are_read_alike() -> None:
    schedule = read_sample("utc-and-offset.json")
    first, second = schedule.events
    assert (first.persons[0].name, first.persons[0].biography) == ("Kim Beispiel", "Writes.")
    assert (second.persons[0].name, second.persons[0].avatar_url) == (
        "Lee Sample",
        "https://meeting.example/lee.png",
    )
    assert (first.track, second.track) == ("Phased", "")
    assert (first.recording_optout, second.recording_optout) == (True, False)
    assert [(room.name, room.capacity) for room in schedule.rooms] == [("Gray Room", 40), ("Tan Room", None)]


def test_real_frab_json_is_read_in_full() -> None:
    counts = describe(read_sample("camp2019.json"))
    assert (counts.days, counts.events, counts.rooms, counts.distinct_person_names) == (5, 79, 2, 90)
    assert (counts.first_start, counts.last_start) == ("2019-08-21T09:00Z", "2019-08-25T16:00Z")
    assert counts.sha256_rows == "46513e244ed3879403a83d335dd2eb489d5647df89335f607e05ce45122ef71d"


def test_same_file_in_utf_16_reads_the_same() -> None:
    text = (SAMPLES / "pretalx.xml").read_text(encoding="utf-8")
    wide = read_schedule(text.replace("utf-8", "utf-16").encode("utf-16"), filename="wide.xml")
    assert describe(wide) == describe(read_sample("pretalx.xml"))
