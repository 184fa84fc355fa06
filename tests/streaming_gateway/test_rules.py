"""When a stage is open, and what the live page shows."""

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.streaming_gateway import rules
from services.streaming_gateway.models import Conference, Day, Slot, Stage
from tests.facts import AULA, CLOSED_DAY, HAZEL, OPEN_DAY, at


def conference(state: str = "public") -> Conference:
    return Conference(state=state)


def day(**changes: Any) -> Day:
    plain = {"id": OPEN_DAY, "starts_at": at("09:00"), "ends_at": at("18:00"), "listed": "public"}
    return Day(**{**plain, "attend": "public", "withdrawn": False, **changes})


def closed_day(**changes: Any) -> Day:
    times = {"starts_at": at("09:00", 27), "ends_at": at("18:00", 27)}
    return day(**{"id": CLOSED_DAY, "attend": "registered", **times, **changes})


def slot(starts: str, ends: str, **changes: Any) -> Slot:
    plain = {"id": UUID(int=random.getrandbits(100)), "room_id": AULA, "room": "Aula", "day_id": OPEN_DAY}
    times = {"starts_at": at(starts), "ends_at": at(ends)}
    return Slot(**{**plain, **times, "listed": "public", "cancelled": False, **changes})


def stage(state: str, **changes: Any) -> Stage:
    return Stage(**{"id": rules.stage_id_of(OPEN_DAY), "day_id": OPEN_DAY, "state": state, **changes})


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at("08:44"), "scheduled"),
        (at("08:45"), "open"),
        (at("17:59"), "open"),
        (at("18:00"), "closed"),
    ],
)
def test_stage_opens_a_quarter_before_the_day_and_closes_with_it(now: datetime, expected: str) -> None:
    opens_at, closes_at = rules.window_of(day())
    assert rules.stage_state(now, streamed=True, opens_at=opens_at, closes_at=closes_at) == expected
    assert rules.stage_state(now, streamed=False, opens_at=opens_at, closes_at=closes_at) == "off"


def test_without_a_source_only_public_days_of_public_conferences_are_streamed() -> None:
    assert rules.is_streamed(conference(), day(), "")
    for other in (day(attend="registered"), day(listed="staff"), day(withdrawn=True), day(attend="staff")):
        assert not rules.is_streamed(conference(), other, "")
    for state in ("draft", "cancelled"):
        assert not rules.is_streamed(conference(state), day(), "loop:")


def test_a_closed_day_is_streamed_once_something_is_connected() -> None:
    assert rules.is_streamed(conference(), closed_day(), "loop:")
    for other in (closed_day(attend="staff"), closed_day(listed="staff"), closed_day(withdrawn=True)):
        assert not rules.is_streamed(conference(), other, "loop:")


def test_now_and_next_meet_at_the_minute() -> None:
    opening, keynote = slot("09:30", "10:00"), slot("10:00", "11:00")
    assert rules.now_and_next([opening, keynote], at("09:29")) == (None, opening)
    assert rules.now_and_next([opening, keynote], at("09:30")) == (opening, keynote)
    assert rules.now_and_next([opening, keynote], at("10:00")) == (keynote, None)
    assert rules.now_and_next([opening, keynote], at("11:00")) == (None, None)


def test_of_overlapping_slots_the_later_start_is_on() -> None:
    long, inserted = slot("09:00", "12:00"), slot("10:00", "10:30")
    assert rules.now_and_next([inserted, long], at("10:10"))[0] is inserted
    assert rules.now_and_next([inserted, long], at("10:30"))[0] is long


def test_stage_shows_the_room_in_which_the_day_begins_unless_bound() -> None:
    aula, hazel, secret = (
        slot("09:30", "10:00"),
        slot("10:00", "11:00", room_id=HAZEL, room="Hazel"),
        slot("09:00", "09:10", listed="staff"),
    )
    cancelled = slot("09:10", "09:20", cancelled=True, room_id=HAZEL)
    everything = [hazel, cancelled, aula, secret]
    assert rules.slots_on_stage(everything, None) == [aula]
    assert rules.slots_on_stage(everything, HAZEL) == [hazel]
    assert rules.slots_on_stage([], None) == []


@pytest.mark.parametrize(
    ("now", "state", "page"),
    [
        (at("08:00"), "scheduled", "countdown"),
        (at("08:45"), "scheduled", "countdown"),  # the timer has not fired yet
        (at("08:45"), "open", "open"),
        (at("18:30"), "closed", "over"),
        (at("10:00", 27), "closed", "invite"),
        (at("19:00", 27), "closed", "over"),
    ],
)
def test_live_page_follows_the_days(now: datetime, state: str, page: str) -> None:
    view = rules.live_view(conference(), [closed_day(), day()], [stage(state)], [], now)
    assert view.page == page


def test_live_page_shows_only_the_stage_of_the_day() -> None:
    shown, tomorrow = slot("09:30", "10:00"), slot("09:30", "10:00", day_id=CLOSED_DAY)
    view = rules.live_view(
        conference(), [day(), closed_day()], [stage("open")], [shown, tomorrow], at("09:00")
    )
    assert (view.now, view.next, view.room) == (None, shown, "Aula")


def test_live_page_of_a_conference_without_a_public_day_invites() -> None:
    view = rules.live_view(conference(), [closed_day()], [], [], at("08:00"))
    assert (view.page, view.day and view.day.id) == ("invite", CLOSED_DAY)


def test_live_page_knows_nothing_of_hidden_days_and_cancelled_conferences() -> None:
    assert rules.live_view(conference(), [day(listed="staff")], [], [], at("10:00")).page == "over"
    assert (
        rules.live_view(conference("cancelled"), [day()], [stage("off")], [], at("10:00")).page == "cancelled"
    )


def test_stage_has_the_same_id_everywhere() -> None:
    assert rules.stage_id_of(OPEN_DAY) == rules.stage_id_of(OPEN_DAY) != rules.stage_id_of(CLOSED_DAY)
    assert rules.window_of(day())[0] == day().starts_at - timedelta(minutes=15)
