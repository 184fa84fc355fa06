"""Who has arrived, as the door says: in any order, twice, on the list, in the export, and gone with the person."""

import csv
import io
import itertools
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from services.registration.models import Arrival, Attendee
from shared.contracts.badges import AttendeeCheckedIn, AttendeeCheckedOut
from shared.ids import new_id
from tests.registration.desk import SLUG, make_conference, offered_days

ATTENDANCE = new_id()
LIST = f"/registration/manage/{SLUG}/"


def attendee_of(desk) -> Attendee:
    with desk.database.read() as db:
        return db.scalars(select(Attendee)).one()


def stated(desk, kind: type[Any] = AttendeeCheckedIn, **changes: Any) -> Any:
    attendee = attendee_of(desk)
    fact = {
        "version": 1,
        "attendance_id": ATTENDANCE,
        "attendee_id": attendee.id,
        "conference_id": attendee.conference_id,
        "day_id": offered_days(desk)[0],
        "at": datetime(2026, 11, 27, 8, 31, tzinfo=UTC),
    }
    return kind(**{**fact, **changes})


@pytest.fixture
def registered(desk):
    make_conference(desk, capacities=(7, 8), approval_needed=False)
    desk.register()
    return desk


def arrivals(desk) -> list[tuple[int, bool]]:
    with desk.database.read() as db:
        return [(row.version, row.present) for row in db.scalars(select(Arrival))]


def test_in_and_out_end_alike_in_every_order_and_twice(registered):
    events = (
        stated(registered),
        stated(registered, AttendeeCheckedOut, version=2),
        stated(registered, version=3),
    )
    for order in itertools.permutations((*events, events[0])):
        registered.hear(*order)
        assert arrivals(registered) == [(3, True)]
    registered.hear(stated(registered, AttendeeCheckedOut, version=4))
    registered.hear(*events)
    assert arrivals(registered) == [(4, False)]


def test_nothing_is_kept_of_strangers_and_of_the_erased(registered):
    registered.hear(stated(registered, attendee_id=new_id()))
    assert arrivals(registered) == []
    registered.hear(stated(registered))
    registered.browser.post(registered.link("zaneta@school.example") + "/erase")
    assert arrivals(registered) == []
    registered.hear(stated(registered, version=2))
    assert arrivals(registered) == []


def test_the_list_shows_counts_and_finds_who_has_arrived(registered):
    organiser = registered.sign_in()
    first, second = offered_days(registered)
    assert "as the door says" not in organiser.get(LIST).text
    registered.hear(stated(registered))
    page = organiser.get(LIST).text
    assert "as the door says" in page
    assert "09:31" in page
    found = {
        query: "09:31" in organiser.get(f"{LIST}?{query}").text
        for query in (
            "arrived=yes",
            "arrived=no",
            f"arrived=yes&day={first}",
            f"arrived=yes&day={second}",
            f"arrived=no&day={first}",
        )
    }
    assert list(found.values()) == [True, False, True, False, False]
    assert organiser.get(f"{LIST}?arrived=maybe").status_code == 422
    export = organiser.get(f"{LIST}export.csv").data.decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(export)))["arrived"] == "Day 2"
    items = organiser.get(f"/registration/api/v1/conferences/{SLUG}/registrations?arrived=yes").json["items"]
    assert [item["arrived_day_ids"] for item in items] == [[str(first)]]
