"""A release at a set time happens once, is called off, moves with the clock, and tells why it was refused."""

from datetime import timedelta

import pytest

from services.sessions.handlers import TIMERS
from services.sessions.usecases import planning, set_clock
from shared.clock import conference_now, now
from shared.timers import Timer, fire_due
from tests.sessions.conftest import SLUG, House
from tests.sessions.desk import MANAGE, one, post, put, slot_named

# The demonstration lives at 09:45 of its first day.
AT = "2026-11-26T12:00"


def fire(house: House, at: str = "day 1 12:01") -> int:
    """Let the clock of the conference come to that time; how often something fired."""
    with house.database.write() as db:
        set_clock(db, db.merge(house.conference()), at=at, now=now())
    times = 0
    while fire_due(house.database, TIMERS, now()):
        times += 1
    return times


def test_a_planned_release_happens_once_at_its_time(seeded: House) -> None:
    put(seeded, "Opening", cancelled=True)
    post(seeded, "/release/plan", name="Noon", at=AT)
    assert "A release is planned" in seeded.organiser().get(f"{MANAGE}/release").text
    assert fire(seeded, "day 1 11:59") == 0
    post(seeded, "/release", name="noon")
    put(seeded, "Opening", cancelled=False)
    assert fire(seeded) == 1
    assert seeded.conference().release_number == 3
    put(seeded, "Opening", cancelled=True)
    with seeded.database.write() as db:  # a second worker with the same timer
        planning.release_as_planned(db, conference_id=seeded.conference().id, now=now())
    assert fire(seeded) == 0
    assert seeded.conference().release_number == 3
    page = seeded.organiser().get(f"{MANAGE}/release").text
    assert "Noon (2)" in page and "A release is planned" not in page


def test_a_planned_release_can_be_moved_and_called_off(seeded: House) -> None:
    put(seeded, "Opening", cancelled=True)
    post(seeded, "/release/plan", at=AT)
    post(seeded, "/release/plan", at="2026-11-27T12:00")
    assert fire(seeded) == 0
    due = one(seeded, Timer).due_at + timedelta(seconds=seeded.conference().clock_offset)
    assert f"{due:%Y-%m-%d %H:%M}" == "2026-11-27 11:00"
    post(seeded, "/release/call-off")
    assert fire(seeded, "day 2 13:00") == 0
    assert seeded.conference().release_number == 1


def test_a_rule_that_blocks_at_that_time_is_told_on_the_page(seeded: House) -> None:
    opening = slot_named(seeded, "Opening")
    post(seeded, "/release/plan", at=AT)
    put(seeded, "Listening as a method", starts_at=opening.starts_at, room_id=opening.room_id)
    assert fire(seeded) == 1
    assert seeded.conference().release_number == 1
    page = seeded.organiser().get(f"{MANAGE}/").text
    assert "The planned release did not happen" in page and "is booked twice" in page
    post(seeded, "/release/call-off")
    assert "did not happen" not in seeded.organiser().get(f"{MANAGE}/release").text


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "at"),
        ({"at": "2026-11-26T09:00"}, "at"),
        ({"at": "soon"}, "at"),
        ({"at": "9999-12-31T23:59"}, "at"),
        ({"at": "2026-11-26T12:00+01:00"}, "at"),
        ({"at": "2027-03-28T02:30"}, "at"),
        ({"at": AT, "name": "Latest"}, "name"),
        ({"at": AT, "name": "1.0"}, "name"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_at_its_field(
    seeded: House, form: dict[str, str], field: str
) -> None:
    answer = post(seeded, "/release/plan", status=422, **form)
    assert f'href="#{field}"' in answer.text
    assert one(seeded, Timer) is None
    assert conference_now(seeded.conference().clock_offset).year == 2026
    assert seeded.visitor.post(f"/sessions/manage/{SLUG}/release/plan", data=form).status_code == 401
