"""The agenda of a person: stars, the page of them, and the calendar behind a secret address."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import icalendar
import pytest
from sqlalchemy import func, select
from werkzeug.test import Client, TestResponse

from services.sessions.handlers import TIMERS
from services.sessions.models import Day, Entitlement, PersonalFeed, Session, Slot, Star
from shared.contracts.registration import AttendeeErased
from shared.ids import new_id
from shared.log import mask_path
from shared.timers import fire_due
from tests.sessions.conftest import SLUG, House
from tests.sessions.test_calendar_cuts import events_of
from tests.sessions.test_organising import entitled, hear
from tests.sessions.test_releasing import move, release, slot_named

HOME = f"/sessions/{SLUG}/"
ME = f"{HOME}me"
API = f"/sessions/api/v1/conferences/{SLUG}/stars"
OPENING, METHOD = "Opening", "Listening as a method"


class Person:
    """A registered participant with a browser."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.id = new_id()
        day = slot_named(house, METHOD).day_id
        assert day is not None
        self.entitle((day,), version=1)
        self.browser: Client = house.participant(self.id)

    def entitle(self, days: tuple[UUID, ...], version: int) -> None:
        hear(self.house, entitled(self.house.conference().id, self.id, version, days))

    def star(self, title: str) -> TestResponse:
        return self.browser.put(f"{API}/{slot_named(self.house, title).id}")

    def stars(self) -> list[str]:
        return list(self.browser.get(API).get_json()["slots"])

    def on_page(self) -> list[str]:
        return re.findall(r'data-slot="([^"]+)"', self.browser.get(ME).text)

    def make_calendar(self) -> str:
        """The local part of its address."""
        page = self.browser.post(f"{ME}/calendar")
        assert page.status_code == 200
        found = re.search(rf'value="https?://[^/"]+({ME}/[^"]+\.ics)"', page.text)
        assert found is not None
        return found[1]

    def entries(self, address: str) -> dict[str, bytes]:
        content = self.house.visitor.get(address).data
        texts = re.findall(rb"BEGIN:VEVENT.*?END:VEVENT\r\n", content, re.DOTALL)
        return {re.search(rb"UID:(.*)\r\n", text)[1].decode(): text for text in texts}  # type: ignore[index]


@pytest.fixture
def person(seeded: House) -> Iterator[Person]:
    return Person(seeded)


def test_the_personal_calendar_spells_the_time_zone_out_on_request(person: Person) -> None:
    person.star(OPENING)
    address, house = person.make_calendar(), person.house
    local = icalendar.Calendar.from_ical(house.visitor.get(f"{address}?times=local").data)
    universal = icalendar.Calendar.from_ical(house.visitor.get(address).data)
    (there,), (here,) = local.walk("VEVENT"), universal.walk("VEVENT")
    assert there["uid"] == here["uid"] and there["dtstart"].params["TZID"] == "Europe/Brussels"
    assert there["dtstart"].dt == here["dtstart"].dt
    assert local.walk("VTIMEZONE") and not universal.walk("VTIMEZONE")
    assert house.visitor.get(f"{address}?times=mine").status_code == 422


def hide(house: House, title: str, listed: str) -> Slot:
    slot = slot_named(house, title)
    with house.database.write() as db:
        db.get_one(Session, slot.session_id).listed = listed
    release(house)
    return slot


def test_a_star_is_the_same_on_every_device_and_nobody_elses(person: Person) -> None:
    opening = str(slot_named(person.house, OPENING).id)
    assert person.star(METHOD).status_code == person.star(OPENING).status_code == 204
    assert person.star(OPENING).status_code == 204
    assert person.stars()[0] == opening and len(person.stars()) == 2
    assert person.house.participant(person.id).get(API).get_json()["slots"] == person.stars()
    other = Person(person.house)
    assert other.stars() == [] == other.on_page()
    assert other.browser.delete(f"{API}/{opening}").status_code == 204
    for number in range(2):
        assert (opening in person.stars()) == (number == 0)
        assert person.browser.delete(f"{API}/{opening}").status_code == 204
    assert person.stars() == [str(slot_named(person.house, METHOD).id)]


def test_a_slot_that_one_may_not_know_of_cannot_be_starred(person: Person) -> None:
    hidden = hide(person.house, OPENING, "staff").id
    for path in (f"{API}/{hidden}", f"{API}/{new_id()}", f"{API}/nonsense"):
        assert person.browser.put(path).status_code == 404
        assert person.browser.delete(path).status_code == 404
    assert person.browser.post(f"{HOME}talks/{hidden}/star").status_code == 404


def test_stars_are_for_participants_of_this_conference(person: Person) -> None:
    house, path = person.house, f"{API}/{slot_named(person.house, OPENING).id}"
    assert house.visitor.put(path).status_code == house.visitor.get(API).status_code == 401
    strangers = (house.organiser(), house.participant(person.id, "elsewhere"), house.participant(new_id()))
    for stranger in strangers:
        assert stranger.put(path).status_code == stranger.get(API).status_code == 404
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert person.browser.put(path, headers=foreign).status_code == 403


def test_a_plain_form_on_the_talk_page_does_the_same(person: Person) -> None:
    page = f"{HOME}talks/{slot_named(person.house, OPENING).id}"
    assert f'action="{page}/star"' in person.browser.get(page).text
    assert person.browser.post(f"{page}/star").headers["Location"] == page
    assert len(person.stars()) == 1
    assert f'action="{page}/unstar"' in person.browser.get(page).text
    assert person.browser.post(f"{page}/unstar").status_code == 303
    assert person.stars() == []
    assert '/star"' not in person.house.visitor.get(page).text


def test_the_page_shows_the_stars_in_the_order_of_time_with_what_is_on_and_what_overlaps(
    person: Person,
) -> None:
    opening = slot_named(person.house, OPENING)
    move(person.house, METHOD, starts_at=opening.starts_at, ends_at=opening.ends_at)
    release(person.house)
    assert "Nothing is starred yet" in person.browser.get(ME).text
    for title in (METHOD, OPENING, "Arrival and coffee"):
        person.star(title)
    page = person.browser.get(ME)
    assert page.headers["Cache-Control"] == "no-store"
    assert person.on_page() == person.stars() and len(person.stars()) == 3
    assert f"At the same time: {METHOD}" in page.text and f"At the same time: {OPENING}" in page.text
    assert page.text.count("agenda-clash") == 2
    assert "Arrival and coffee" in page.text[page.text.index('id="on-now"') :][:400]


def test_without_an_account_the_page_explains_the_stars_of_the_browser(seeded: House) -> None:
    page = seeded.visitor.get(ME)
    assert page.status_code == 200
    assert f"{HOME}?day=#mine" in page.text and f"/registration/continue?to={ME}" in page.text
    assert seeded.visitor.get("/sessions/nowhere/me").status_code == 404
    assert seeded.visitor.post(f"{ME}/calendar").status_code == 401


def test_the_calendar_equals_the_page_with_the_entries_of_the_public_calendar(person: Person) -> None:
    for title in (METHOD, OPENING):
        person.star(title)
    address = person.make_calendar()
    assert list(person.entries(address)) == person.on_page()
    assert person.entries(address).items() <= events_of(person.house).items()
    answer = person.house.visitor.get(address)
    assert (
        answer.headers["Cache-Control"].startswith("private") or "private" in answer.headers["Cache-Control"]
    )
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["X-Robots-Tag"] == "noindex" and answer.headers["Referrer-Policy"] == "no-referrer"
    assert icalendar.Calendar.from_ical(answer.data)["x-wr-calname"].endswith("My agenda")
    etag = answer.headers["ETag"]
    again = person.house.visitor.get(address, headers={"If-None-Match": etag})
    assert not etag.startswith("W/") and (again.status_code, again.data) == (304, b"")
    head = person.house.visitor.head(address)
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", etag)
    person.browser.delete(f"{API}/{person.stars()[0]}")
    assert person.house.visitor.get(address).headers["ETag"] != etag
    assert list(person.entries(address)) == person.on_page()


def test_a_starred_slot_that_is_cancelled_stays_cancelled(person: Person) -> None:
    person.star(OPENING)
    address = person.make_calendar()
    slot = move(person.house, OPENING, cancelled=True)
    release(person.house)
    (entry,) = person.entries(address).values()
    assert b"STATUS:CANCELLED" in entry and entry == events_of(person.house)[str(slot.id)]
    assert person.on_page() == [str(slot.id)]


def test_what_only_registered_people_may_know_is_in_the_calendar_as_long_as_they_may(person: Person) -> None:
    slot = hide(person.house, METHOD, "registered")
    assert person.star(METHOD).status_code == 204
    address = person.make_calendar()
    assert list(person.entries(address)) == person.on_page() == [str(slot.id)]
    person.entitle((), version=2)
    assert person.entries(address) == {} and person.on_page() == [] == person.stars()
    assert b"VTIMEZONE" in person.house.visitor.get(address).data
    assert person.browser.delete(f"{API}/{slot.id}").status_code == 204
    assert person.browser.delete(f"{API}/{slot.id}").status_code == 404


def test_the_address_can_be_changed_and_revoked_and_is_kept_only_as_a_hash(person: Person) -> None:
    first = person.make_calendar()
    token = first.rpartition("/")[2].removesuffix(".ics")
    with person.house.database.read() as db:
        assert token not in str([vars(row) for row in db.scalars(select(PersonalFeed))])
    assert token not in mask_path(first)
    assert token not in person.browser.get(ME).text
    second = person.make_calendar()
    assert first != second
    assert person.house.visitor.get(first).status_code == 404
    assert person.house.visitor.get(second).status_code == 200
    assert person.browser.post(f"{ME}/calendar/revoke").status_code == 303
    assert person.house.visitor.get(second).status_code == 404
    assert person.browser.post(f"{ME}/calendar/revoke").status_code == 303


@pytest.mark.parametrize("token", ["x", "a" * 43, "%F0%9F%8E%AB", "..%2f", "'--", "x" * 5000])
def test_a_token_that_is_none_is_404(seeded: House, token: str) -> None:
    assert seeded.visitor.get(f"{ME}/{token}.ics").status_code == 404


def test_a_token_is_good_for_its_own_conference_only(person: Person) -> None:
    address = person.make_calendar()
    form = {"name": "Other", "slug": "other", "zone": "UTC", "first_day": "2026-05-01", "day_count": "2"}
    assert person.house.platform().post("/sessions/manage/", data=form).status_code == 303
    with person.house.database.write() as db:
        db.merge(person.house.conference("other")).state = "public"
    assert person.house.visitor.get(address.replace(SLUG, "other")).status_code == 404


def test_an_erased_attendee_leaves_no_star_and_no_calendar(person: Person) -> None:
    other = Person(person.house)
    for one in (person, other):
        one.star(OPENING)
    address, kept = person.make_calendar(), other.make_calendar()
    gone = AttendeeErased(version=2, attendee_id=person.id, conference_id=person.house.conference().id)
    hear(person.house, gone, gone)
    assert person.house.visitor.get(address).status_code == 404
    assert person.star(OPENING).status_code == 404
    assert person.browser.post(f"{ME}/calendar").status_code == 404
    assert len(other.entries(kept)) == 1
    with person.house.database.read() as db:
        counts: list[Any] = [
            db.scalar(select(func.count()).where(model.attendee_id == person.id))
            for model in (Star, PersonalFeed)
        ]
        assert counts == [0, 0]
        assert db.get_one(Entitlement, person.id).state == "erased"


def test_what_people_keep_is_forgotten_ninety_days_after_the_conference(person: Person) -> None:
    person.star(OPENING)
    address, end = person.make_calendar(), last_end(person.house)
    assert not fire_due(person.house.database, TIMERS, end + timedelta(days=89))
    with person.house.database.write() as db:
        for day in db.scalars(select(Day)):
            day.ends_at += timedelta(days=7)
    assert fire_due(person.house.database, TIMERS, end + timedelta(days=90))
    assert len(person.stars()) == 1
    assert fire_due(person.house.database, TIMERS, end + timedelta(days=97))
    assert person.stars() == []
    assert person.house.visitor.get(address).status_code == 404


def last_end(house: House) -> datetime:
    with house.database.read() as db:
        return max(db.scalars(select(Day.ends_at)))


def test_a_page_goes_on_with_a_fresh_token_when_the_old_one_has_expired(person: Person) -> None:
    later = person.house.participant(person.id, issued=timedelta(minutes=-20))
    answer = later.get(ME)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/registration/continue?to={ME}")
    assert 'data-account="' in later.get(HOME).text
    assert 'data-account="' not in person.house.visitor.get(HOME).text
