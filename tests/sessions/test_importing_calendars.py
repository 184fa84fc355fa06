"""Calendars of other programs brought into a conference: the right instants, nothing lost without a word, no hang."""

from datetime import UTC, datetime
from io import BytesIO

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from services.sessions.errors import ProgrammeUnreadable
from services.sessions.ical import FoundCalendar, read_calendar
from services.sessions.models import Conference, Day, Session, Slot
from services.sessions.schedules import UnreadableSchedule
from services.sessions.usecases import import_schedule, read_import
from services.sessions.usecases.importing import ImportReport
from shared.clock import now
from tests.sessions.conftest import SLUG, House

OWN_ZONE = """BEGIN:VTIMEZONE
TZID:Our Town
BEGIN:STANDARD
DTSTART:16011028T030000
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10;BYHOUR=3
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010325T020000
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


def event(uid: str, *lines: str, title: str = "Talk", start: str = "DTSTART:20261126T090000Z") -> str:
    return "\n".join(("BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}", start, *lines, "END:VEVENT", ""))


def calendar(*parts: str) -> bytes:
    text = "BEGIN:VCALENDAR\nVERSION:2.0\nX-WR-CALNAME:Town days\n" + "".join(parts) + "END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def bring_in(house: House, content: bytes, slug: str = "town") -> ImportReport:
    with house.database.write() as db:
        schedule = read_import(db, content, filename="town.ics", conference_slug=slug, zone="Europe/Brussels")
        return import_schedule(
            db, schedule, conference_slug=slug, zone="Europe/Brussels", draft=True, now=now()
        )


def times(house: House, slug: str = "town") -> dict[str, tuple[str, int]]:
    """UTC start and minutes of the slots that take place, by title."""
    with house.database.read() as db:
        rows = db.execute(
            select(Session.title, Slot.starts_at, Slot.ends_at)
            .join(Slot, Slot.session_id == Session.id)
            .join(Conference, Conference.id == Slot.conference_id)
            .where(Conference.slug == slug, Slot.cancelled.is_(False))
        )
        return {
            title: (f"{start.astimezone(UTC):%m-%d %H:%M}", (end - start).seconds // 60)
            for title, start, end in rows
        }


def starts(found: FoundCalendar) -> list[str]:
    return sorted(f"{entry.starts_at.astimezone(UTC):%m-%d %H:%M}" for entry in found.entries)


def told(found: FoundCalendar) -> str:
    return "\n".join(f"{remark.line}: {remark.message}" for remark in found.remarks)


def test_every_way_to_tell_a_time_gives_the_right_instant(house: House) -> None:
    hour = "DURATION:PT1H"
    report = bring_in(
        house,
        calendar(
            OWN_ZONE,
            event("1", "DTEND:20261126T100000Z", title="utc"),
            event("2", hour, title="named", start="DTSTART;TZID=America/New_York:20261126T090000"),
            event("3", hour, title="prefixed", start='DTSTART;TZID="/x.org/1/Asia/Tokyo":20261126T090000'),
            event("4", hour, title="own", start="DTSTART;TZID=Our Town:20261126T090000"),
            event("5", hour, title="own in summer", start="DTSTART;TZID=Our Town:20260726T090000"),
            event("6", hour, title="windows", start="DTSTART;TZID=Tokyo Standard Time:20261126T090000"),
            event("7", hour, title="open", start="DTSTART:20261126T090000"),
            event("8", hour, title="nowhere", start="DTSTART;TZID=Atlantis:20261126T090000"),
            event("9", "DTEND;TZID=Asia/Tokyo:20261126T190000", title="two clocks"),
            event("10", title="no end"),
        ),
    )
    assert times(house) == {
        "utc": ("11-26 09:00", 60),
        "named": ("11-26 14:00", 60),
        "prefixed": ("11-26 00:00", 60),
        "own": ("11-26 07:00", 60),
        "own in summer": ("07-26 06:00", 60),
        "windows": ("11-26 00:00", 60),
        "open": ("11-26 08:00", 60),
        "nowhere": ("11-26 08:00", 60),
        "two clocks": ("11-26 09:00", 60),
        "no end": ("11-26 09:00", 30),
    }
    messages = " ".join(finding.message for finding in report.findings)
    assert "“Atlantis” is no known time zone" in messages and "“no end” has no end" in messages


def test_a_series_takes_place_as_its_rule_its_exceptions_and_its_changes_say() -> None:
    found = read_calendar(
        calendar(
            event(
                "s",
                "DTEND;TZID=Europe/Brussels:20261019T100000",
                "RRULE:FREQ=WEEKLY;COUNT=5",
                "RDATE;TZID=Europe/Brussels:20261030T140000",
                "EXDATE;TZID=Europe/Brussels:20261102T090000",
                start="DTSTART;TZID=Europe/Brussels:20261019T090000",
            ),
            event("s", "RECURRENCE-ID:20261109T080000Z", "DURATION:PT2H", start="DTSTART:20261110T080000Z"),
            event(
                "s", "RECURRENCE-ID:20261116T080000Z", "STATUS:CANCELLED", start="DTSTART:20261116T080000Z"
            ),
            event("s", "RECURRENCE-ID:20261026T080000Z", start="DTSTART;VALUE=DATE:20261027"),
        )
    )
    assert starts(found) == ["10-19 07:00", "10-30 13:00", "11-10 08:00"]
    assert len({entry.key for entry in found.entries}) == 3
    assert "cancelled" in told(found) and "lasts all day" in told(found)


def test_a_later_file_moves_the_same_slot_and_what_it_cancels_is_cancelled(house: House) -> None:
    bring_in(house, calendar(event("a", title="A"), event("b", title="B")))
    moved = event("a", "SEQUENCE:1", title="A", start="DTSTART:20261126T150000Z")
    report = bring_in(
        house, calendar(event("a", title="A"), moved, event("b", "STATUS:CANCELLED", title="B"))
    )
    assert (report.added, report.changed, report.cancelled) == (0, 1, 1)
    assert times(house) == {"A": ("11-26 15:00", 30)}
    again = bring_in(house, calendar(moved))
    assert (again.added, again.changed, again.cancelled, again.unchanged) == (0, 0, 0, 1)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (event("x", start="DTSTART;VALUE=DATE:20261126"), "lasts all day"),
        (event("x", "CLASS:PRIVATE"), "private"),
        (event("x", start="X-NO:START"), "no start"),
        (event("x", "DTEND:20261126T080000Z"), "ends before it begins"),
        (event("x", "DTEND:20261126T100000"), "only one of two times"),
        (event("x", start="DTSTART:20261341T090000Z"), "out of range|must be in"),
        (event("x", "RRULE:FREQ=SECONDLY"), "secondly"),
        (event("x", "RRULE:FREQ=DAILY;INTERVAL=0"), "interval 0"),
        (event("x", "RRULE:FREQ=MONTHLY;BYDAY=99MO"), "cannot be followed"),
    ],
)
def test_an_event_that_cannot_be_taken_is_named_with_its_line_and_the_reason(lines: str, reason: str) -> None:
    found = read_calendar(calendar(event("good", title="Good"), lines))
    assert [entry.summary for entry in found.entries] == ["Good"]
    (remark,) = [one for one in found.remarks if one.code == "event_left_out"]
    assert remark.line == 9 and any(part in remark.message for part in reason.split("|"))


def test_an_endless_series_is_cut_and_an_impossible_one_is_over_soon() -> None:
    began = datetime.now(UTC)
    found = read_calendar(
        calendar(
            event("d", "RRULE:FREQ=DAILY"),
            event("y", "RRULE:FREQ=YEARLY"),
            event("i", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31"),
            event("deep", *["BEGIN:X"] * 3000, *["END:Y"] * 3000),
            event("odd", f"X{';a=1 ' * 5000}", f"X;{' ' * 50_000}"),
        )
    )
    assert len([entry for entry in found.entries if entry.key.startswith("d/")]) == 366
    assert len([entry for entry in found.entries if entry.key.startswith("y/")]) == 3
    assert told(found).count("A series goes on") == 2
    assert (datetime.now(UTC) - began).total_seconds() < 20


PIECES = (
    *("BEGIN:VEVENT", "END:VEVENT", "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VALARM", "END:VALARM"),
    *("UID:1", "UID:2", "SUMMARY:A\\, b", " folded", "DTSTART:20261126T090000Z", "DTSTART:20261126"),
    *("DTSTART;TZID=Our Town:20261126T090000", "DTEND:20261126T100000", "DURATION:-PT1H", "DURATION:P9X"),
    *("RRULE:FREQ=WEEKLY;COUNT=2", "RRULE:", "RDATE:20261127T090000Z/PT1H,x", "EXDATE:20261126T090000Z"),
    *("RECURRENCE-ID:20261126T090000Z", "STATUS:CANCELLED", "no line", "SEQUENCE:9", "\x00\ud800", "\xe9;=:"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=40))
@settings(max_examples=100, deadline=None)
def test_whatever_the_lines_are_every_event_is_an_entry_or_is_named(lines: list[str]) -> None:
    text = "\n".join(("BEGIN:VCALENDAR", OWN_ZONE, *lines))
    found = read_calendar(text.encode("utf-8", "surrogatepass"))
    told_of = list(zip(text.splitlines(), [*text.splitlines()[1:], ""], strict=True))
    begun = {
        number
        for number, (line, after) in enumerate(told_of, start=1)
        if line == "BEGIN:VEVENT" and not after.startswith(" ")  # folded, it begins something else
    }
    named = {remark.line for remark in found.remarks if remark.code in ("event_left_out", "cancelled")}
    assert begun <= named | {entry.line for entry in found.entries}


def test_a_calendar_is_looked_at_and_taken_on_the_page_and_leaves_the_days_as_they_are(seeded: House) -> None:
    organiser = seeded.organiser()
    page = f"/sessions/manage/{SLUG}/import"
    assert ".ics" in lxml.html.fromstring(organiser.get(page).text).xpath("//input[@type='file']/@accept")[0]
    content = calendar(
        event("a", "LOCATION:Aula", title="On a day"),
        event("b", title="After all", start="DTSTART:20261224T090000Z"),
        event("c", title="Holiday", start="DTSTART;VALUE=DATE:20261225"),
    )
    with seeded.database.read() as db:
        before = {day.position: (day.starts_at, day.ends_at) for day in db.scalars(select(Day))}
    seen = organiser.post(page, data={"file": (BytesIO(b"\xef\xbb\xbf" + content), "town.ics")})
    text = lxml.html.fromstring(seen.text).text_content()
    assert seen.status_code == 200 and "2 events" in text and "“Holiday” was left out" in text
    fields = {
        one.get("name"): one.get("value")
        for one in lxml.html.fromstring(seen.text).xpath("//main//input[@type='hidden']")
    }
    assert organiser.post(f"{page}/take", data=fields).status_code == 303
    with seeded.database.read() as db:
        days = {day.position: (day.starts_at, day.ends_at) for day in db.scalars(select(Day))}
    assert {position: days[position] for position in before} == before and len(days) == len(before) + 1
    assert {"On a day", "After all"} <= set(times(seeded, SLUG))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (calendar(), "holds no events"),
        (calendar(event("x", start="DTSTART;VALUE=DATE:20261126")), "Line 4: “Talk” was left out"),
    ],
)
def test_a_calendar_without_anything_to_take_is_refused_with_the_reason(
    house: House, content: bytes, words: str
) -> None:
    with pytest.raises(UnreadableSchedule, match=words):
        bring_in(house, content)


def test_more_days_than_a_conference_can_have_are_refused_in_words_and_nothing_is_made(seeded: House) -> None:
    daily = calendar(event("s", "RRULE:FREQ=DAILY;COUNT=201"))
    for slug in (SLUG, "town"):
        with pytest.raises(ProgrammeUnreadable, match="at most 200"):
            bring_in(seeded, daily, slug=slug)
    file = {"file": (BytesIO(daily), "town.ics")}
    answer = seeded.organiser().post(f"/sessions/manage/{SLUG}/import", data=file)
    assert answer.status_code == 422 and "at most 200" in answer.text
    assert times(seeded) == {}


def test_as_many_days_as_a_conference_can_have_are_told_to_the_others(house: House) -> None:
    bring_in(house, calendar(event("s", "RRULE:FREQ=DAILY;COUNT=200")))
    assert house.events()[-1].type == "plenary.sessions.conference.stated.v1"
