"""Calendars of every cut: the same entries, only those that were asked for, and nothing that is not public."""

import re
from datetime import timedelta
from typing import Any

import icalendar
import pytest
import vobject
from sqlalchemy import select

from services.sessions.models import ReleasedSlot, Session
from services.sessions.schedules import read_schedule
from services.sessions.usecases import import_schedule
from services.sessions.usecases.keeping import MOST
from shared.clock import now
from shared.ids import new_id
from tests.sessions.conftest import SLUG, House
from tests.sessions.test_importing import SAMPLES
from tests.sessions.test_releasing import entries, move, release, slot_named

HOME = f"/sessions/{SLUG}/"
CALENDAR = HOME + "calendar.ics"


def events_of(house: House, query: str = "") -> dict[str, bytes]:
    """The text of every entry by its UID."""
    content = house.visitor.get(f"{CALENDAR}?{query}").data
    texts = re.findall(rb"BEGIN:VEVENT.*?END:VEVENT\r\n", content, re.DOTALL)
    return {re.search(rb"UID:(.*)\r\n", text)[1].decode(): text for text in texts}  # type: ignore[index]


def slots_of(house: House) -> list[ReleasedSlot]:
    with house.database.read() as db:
        return list(db.scalars(select(ReleasedSlot)).all())


def cuts_of(slot: ReleasedSlot) -> dict[str, Any]:
    """One cut of every kind, in which that slot is."""
    body = slot.body
    return {
        "day": 1,
        "room": slot.room_id,
        "track": body["track"]["id"],
        "kind": slot.kind,
        "language": body["language"],
        "speaker": body["speakers"][0]["id"],
        "session": body["session_id"],
        "q": body["title"].split()[0],
    }


def test_every_cut_holds_the_same_entries_as_the_whole_and_fewer(seeded: House) -> None:
    whole, slots = events_of(seeded), slots_of(seeded)
    first_day = min(slots, key=lambda one: one.starts_at).day_id
    slot = next(
        one for one in slots if one.day_id == first_day and one.body["track"] and one.body["speakers"]
    )
    for name, value in cuts_of(slot).items():
        cut = events_of(seeded, f"{name}={value}")
        assert str(slot.slot_id) in cut
        assert cut.items() <= whole.items()
        assert len(cut) < len(whole) or name == "language"


@pytest.mark.parametrize("query", ["day=2", "day=2&kind=workshop", "q=riviere"])
def test_a_page_and_its_feed_show_the_same(seeded: House, query: str) -> None:
    page = seeded.visitor.get(f"{HOME}?{query}").text
    assert f"calendar.ics?{query.replace('&', '&amp;')}" in page
    agenda = page[page.index('id="agenda"') :]
    assert set(re.findall(r'data-slot="([^"]+)"', agenda)) == events_of(seeded, query).keys()


def test_the_whole_page_offers_everything_and_nothing_else(seeded: House) -> None:
    page = seeded.visitor.get(HOME).text
    assert 'calendar.ics"' in page and "calendar.ics?day" not in page


@pytest.mark.parametrize(
    "query", ["day=9", "room={}", "track={}", "speaker={}", "session={}", "kind=x", "language=xx"]
)
def test_a_cut_that_does_not_exist_is_404_and_named(seeded: House, query: str) -> None:
    answer = seeded.visitor.get(
        f"{CALENDAR}?{query.format(new_id())}", headers={"Accept": "application/json"}
    )
    assert answer.status_code == 404
    assert list(answer.get_json()["fields"]) == [query.partition("=")[0]]


@pytest.mark.parametrize(
    "query", ["day=x", "room=x", "track=x", "speaker=%00", "session=1", "times=noon", "q=" + "x" * 999]
)
def test_a_cut_that_cannot_be_read_is_422_and_named(seeded: House, query: str) -> None:
    answer = seeded.visitor.get(f"{CALENDAR}?{query}", headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert list(answer.get_json()["fields"]) == [query.partition("=")[0]]


def test_a_cut_is_cached_by_etag(seeded: House) -> None:
    first = seeded.visitor.get(f"{CALENDAR}?day=2")
    other = seeded.visitor.get(CALENDAR)
    assert first.headers["ETag"] != other.headers["ETag"]
    assert seeded.visitor.get(f"{CALENDAR}?day=2&room=&unknown=1").data == first.data
    again = seeded.visitor.get(f"{CALENDAR}?day=2", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    head = seeded.visitor.head(f"{CALENDAR}?day=2")
    assert (head.data, head.headers["ETag"]) == (b"", first.headers["ETag"])


def test_more_cuts_than_are_kept_stay_right(seeded: House) -> None:
    whole = seeded.visitor.get(CALENDAR).data
    for number in range(MOST + 2):
        assert events_of(seeded, f"q=zz{number}") == {}
    assert seeded.visitor.get(CALENDAR).data == whole


def test_a_release_reaches_every_cut(seeded: House) -> None:
    before = events_of(seeded, "day=1")
    slot = move(seeded, "Opening", starts_at=slot_named(seeded, "Opening").starts_at + timedelta(minutes=5))
    release(seeded)
    after = events_of(seeded, "day=1")
    assert after.keys() == before.keys()
    assert {uid for uid in after if after[uid] != before[uid]} == {str(slot.id)}


def test_what_is_not_public_is_in_no_cut(seeded: House) -> None:
    slot = slot_named(seeded, "Listening as a method")
    released = next(one for one in slots_of(seeded) if one.slot_id == slot.id)
    with seeded.database.write() as db:
        db.get_one(Session, slot.session_id).listed = "registered"
    release(seeded)
    assert str(slot.id) in seeded.organiser().get(f"{HOME}?day=").text
    for name, value in cuts_of(released).items():
        assert str(slot.id) not in events_of(seeded, f"{name}={value}")
        assert str(slot.id) not in seeded.organiser().get(f"{CALENDAR}?{name}={value}").text


def test_local_times_are_the_same_instants_with_their_zone(seeded: House) -> None:
    plain, content = entries(seeded), seeded.visitor.get(f"{CALENDAR}?times=local").data
    assert (
        b"DTSTART;TZID=Europe/Brussels:2026" in content
        and b"RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU" in content
    )
    assert content.count(b"BEGIN:VTIMEZONE") == 1
    local = {str(event["uid"]): event for event in icalendar.Calendar.from_ical(content).walk("VEVENT")}
    read = {event.uid.value: event for event in vobject.readOne(content.decode()).vevent_list}
    assert local.keys() == read.keys() == plain.keys()
    for uid, event in plain.items():
        for name in ("dtstart", "dtend"):
            assert local[uid][name].dt == event[name].dt == getattr(read[uid], name).value


def test_where_no_rules_say_the_clock_local_times_are_utc(seeded: House) -> None:
    with seeded.database.write() as db:
        conference = db.merge(seeded.conference())
        conference.zone, conference.version = "Africa/Casablanca", conference.version + 1
    content = seeded.visitor.get(f"{CALENDAR}?times=local").data
    assert b"TZID" not in content and b"DTSTART:20261126T" in content


@pytest.mark.parametrize("name", ["frab.xml", "pentabarf.xml", "pretalx.xml", "camp2019.json"])
def test_real_programmes_come_back_from_two_parsers_in_both_forms(house: House, name: str) -> None:
    content = (SAMPLES / name).read_bytes()
    schedule = read_schedule(content, filename=name)
    with house.database.write() as db:
        import_schedule(db, schedule, conference_slug="sample", zone="Europe/Berlin", now=now())
    plain, local = (
        house.visitor.get(f"/sessions/sample/calendar.ics{query}").data for query in ("", "?times=local")
    )
    expected = {str(slot.slot_id): slot.starts_at for slot in slots_of(house)}
    assert len(expected) == len(schedule.events)
    for text in (plain, local):
        assert max(map(len, text.split(b"\r\n"))) <= 75
        events = icalendar.Calendar.from_ical(text).walk("VEVENT")
        assert {str(event["uid"]): event["dtstart"].dt for event in events} == expected
        read = vobject.readOne(text.decode()).vevent_list
        assert {event.uid.value: event.dtstart.value for event in read} == expected


def test_a_talk_and_a_speaker_have_feeds_of_their_own(seeded: House) -> None:
    slot = next(one for one in slots_of(seeded) if one.body["title"] == "Opening")
    speaker = slot.body["speakers"][0]["id"]
    pages = {
        f"{HOME}talks/{slot.slot_id}": f"session={slot.body['session_id']}",
        f"{HOME}speakers/{speaker}": f"speaker={speaker}",
    }
    for page, query in pages.items():
        assert f"calendar.ics?{query}" in seeded.visitor.get(page).text
        assert str(slot.slot_id) in events_of(seeded, query)
    with seeded.database.write() as db:
        for session in db.scalars(select(Session)):
            session.listed = "registered"
    release(seeded)
    for page, query in pages.items():
        assert f"calendar.ics?{query}" not in seeded.organiser().get(page).text
        assert seeded.visitor.get(f"{CALENDAR}?{query}").status_code == 404


def test_a_code_holds_what_the_calendar_is_narrowed_to_and_nothing_else(seeded: House) -> None:
    home = f"/sessions/{SLUG}/"
    plain = seeded.visitor.get(f"{home}calendar.svg")
    assert plain.status_code == 200 and plain.mimetype == "image/svg+xml"
    assert seeded.visitor.get(f"{home}calendar.svg?junk={'x' * 3000}").data == plain.data
    assert seeded.visitor.get(f"{home}calendar.svg?day=2").data != plain.data
    longest = seeded.visitor.get(f"{home}calendar.svg", query_string={"q": "😀" * 200, "day": 2})
    assert longest.status_code == 200
    assert seeded.visitor.get(f"{home}calendar.svg?day=monday").status_code == 422
    assert seeded.visitor.get("/sessions/nowhere/calendar.svg").status_code == 404
