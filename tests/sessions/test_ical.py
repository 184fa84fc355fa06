"""Calendars that Apple, Google and Outlook read: right bytes, right times, nothing injected."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from unicodedata import category
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from services.sessions.ical import CalendarEntry, calendar_text, event_text

MODIFIED = datetime(2026, 11, 1, 12, 30, 15, 999, tzinfo=UTC)
ENTRY = CalendarEntry(
    uid="0195d2f0-aaaa-7bbb-8ccc-123456789abc",
    sequence=3,
    last_modified=MODIFIED,
    starts_at=datetime(2026, 11, 27, 9, 30, tzinfo=ZoneInfo("Europe/Brussels")),
    ends_at=datetime(2026, 11, 27, 10, 15, tzinfo=ZoneInfo("Europe/Brussels")),
    summary="Welcome; hello, all",
    description="First line\nSecond, line",
    location="Auditorium, 1st floor",
    url="https://plenary.example/sessions/eft2026/talk/1",
    categories=("Practice, theory", "Open day"),
)
NASTY = (
    "x\r\nATTENDEE:mailto:a@b.example\nEND:VEVENT\x00\x07\x1b\u2028\x85\x0b\x0c\ud800 C:\\News\\n 😀é, 日本; "
    * 4
)


def calendar_of(*entries: CalendarEntry, name: str = "eTwinning for Future Teachers") -> bytes:
    return calendar_text(
        [event_text(entry) for entry in entries],
        name=name,
        description="The whole programme",
        source_url="https://plenary.example/sessions/eft2026/calendar.ics",
        last_modified=MODIFIED,
    )


def parsed(*entries: CalendarEntry) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(calendar_of(*entries)).events)


def require_clean_bytes(content: bytes) -> None:
    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert content.endswith(b"\r\nEND:VCALENDAR\r\n")
    assert content.count(b"\n") == content.count(b"\r") == content.count(b"\r\n")
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        assert not any(category(character) in ("Cc", "Cs") for character in line.decode())


def test_calendar_holds_to_the_standards() -> None:
    content = calendar_of(ENTRY, replace(ENTRY, uid="other"))
    require_clean_bytes(content)
    calendar = vobject.readOne(content.decode())
    calendar.validate(raiseException=True)
    assert [event.uid.value for event in calendar.vevent_list] == [ENTRY.uid, "other"]
    for line in (
        b"VERSION:2.0",
        b"PRODID:-//Plenary//Plenary sessions//EN",
        b"NAME:eTwinning for Future Teachers",
        b"X-WR-CALNAME:eTwinning for Future Teachers",
        b"REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        b"X-PUBLISHED-TTL:PT1H",
        b"SOURCE;VALUE=URI:https://plenary.example/sessions/eft2026/calendar.ics",
        b"LAST-MODIFIED:20261101T123015Z",
    ):
        assert b"\r\n" + line + b"\r\n" in content
    assert b"METHOD" not in content


def test_event_carries_every_field() -> None:
    lines = event_text(ENTRY).replace(b"\r\n ", b"").split(b"\r\n")
    for line in (
        b"DTSTART:20261127T083000Z",
        b"DTEND:20261127T091500Z",
        b"DTSTAMP:20261101T123015Z",
        b"LAST-MODIFIED:20261101T123015Z",
        b"SEQUENCE:3",
        b"STATUS:CONFIRMED",
        b"SUMMARY:Welcome\\; hello\\, all",
        b"DESCRIPTION:First line\\nSecond\\, line",
        b"LOCATION:Auditorium\\, 1st floor",
        b"CATEGORIES:Practice\\, theory,Open day",
        b"URL:https://plenary.example/sessions/eft2026/talk/1",
    ):
        assert line in lines
    assert not any(line.startswith((b"TRANSP", b"CONFERENCE")) for line in lines)


def test_same_entry_gives_the_same_bytes() -> None:
    moved = ENTRY.starts_at.astimezone(timezone(timedelta(hours=9)))
    assert event_text(ENTRY) == event_text(replace(ENTRY, starts_at=moved))
    assert calendar_of(ENTRY) == calendar_of(ENTRY)


def test_cancelled_event_says_so_and_blocks_nobody() -> None:
    (event,) = parsed(replace(ENTRY, cancelled=True, sequence=4))
    assert (event["status"], event["transp"], event["sequence"]) == ("CANCELLED", "TRANSPARENT", 4)
    assert event["summary"] == "Cancelled: Welcome; hello, all"


def test_stream_is_linked_where_clients_look() -> None:
    watch = "https://plenary.example/live/eft2026/main"
    (event,) = parsed(replace(ENTRY, watch_url=watch))
    assert event["url"] == watch
    assert event["description"].splitlines()[0] == f"Watch live: {watch}"
    assert ENTRY.url in event["description"]
    assert event["conference"] == watch
    assert dict(event["conference"].params) == {"VALUE": "URI", "FEATURE": ["AUDIO", "VIDEO"]}


def test_times_are_right_on_both_sides_of_the_clock_change() -> None:
    zone = ZoneInfo("Europe/Brussels")
    starts = [
        datetime(2027, month, day, 10, tzinfo=zone) for month, day in ((3, 27), (3, 28), (10, 31), (11, 1))
    ]
    entries = [
        replace(ENTRY, uid=str(number), starts_at=start, ends_at=start + timedelta(hours=1))
        for number, start in enumerate(starts)
    ]
    assert [event["dtstart"].dt for event in parsed(*entries)] == starts


def test_an_hour_that_the_clock_shows_twice_is_told_in_utc() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in Brussels, and an hour later again
    entry = replace(ENTRY, starts_at=first, ends_at=first + timedelta(hours=1))
    text = event_text(entry, zone="Europe/Brussels")
    assert b"DTSTART:20261025T003000Z" in text and b"DTEND:20261025T013000Z" in text
    text = event_text(
        replace(entry, starts_at=entry.ends_at, ends_at=first + timedelta(hours=2)), zone="Europe/Brussels"
    )
    assert b"DTSTART:20261025T013000Z" in text and b"DTEND;TZID=Europe/Brussels:20261025T033000" in text


def test_no_field_can_inject_a_property() -> None:
    watch = f"https://a.example/{NASTY}"
    entry = replace(
        ENTRY,
        uid=NASTY,
        summary=NASTY,
        description=NASTY,
        location=NASTY,
        url=NASTY,
        categories=(NASTY,),
        watch_url=watch,
    )
    content = calendar_of(entry, name=NASTY)
    require_clean_bytes(content)
    calendar = icalendar.Calendar.from_ical(content)
    (event,) = calendar.events
    assert "ATTENDEE" not in event
    assert calendar.errors == event.errors == []
    vobject.readOne(content.decode()).validate(raiseException=True)


def test_backslashes_come_back_as_they_were() -> None:
    text = "C:\\News\\new \\, \\; end\\"
    calendar = vobject.readOne(calendar_of(replace(ENTRY, summary=text)).decode())
    assert calendar.vevent.summary.value == text


def test_address_that_is_none_is_left_out() -> None:
    (event,) = parsed(replace(ENTRY, url="javascript:alert(1)", location=""))
    assert "url" not in event
    assert event["location"] == "To be announced"


def test_empty_calendar_is_valid() -> None:
    content = calendar_of()
    require_clean_bytes(content)
    calendar = icalendar.Calendar.from_ical(content)
    assert (len(calendar.events), len(calendar.timezones)) == (0, 1)
    vobject.readOne(content.decode()).validate(raiseException=True)


def test_entry_refuses_naive_moments_and_no_length() -> None:
    with pytest.raises(ValueError, match="aware"):
        replace(ENTRY, ends_at=datetime(2026, 11, 27, 10))
    with pytest.raises(ValueError, match="end after"):
        replace(ENTRY, ends_at=ENTRY.starts_at)


@given(st.text(max_size=300), st.text(max_size=100))
def test_any_text_comes_back_from_two_parsers(summary: str, description: str) -> None:
    content = calendar_of(replace(ENTRY, summary=summary, description=description))
    require_clean_bytes(content)
    (event,) = icalendar.Calendar.from_ical(content).events
    assert event["uid"] == ENTRY.uid
    assert vobject.readOne(content.decode()).vevent.uid.value == ENTRY.uid
