"""What is heard takes effect once, in whatever order it comes."""

import itertools
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from services.streaming_gateway.handlers import TIMERS
from services.streaming_gateway.models import Conference, Day, Entitlement, Slot, Stage
from services.streaming_gateway.rules import stage_id_of
from shared.bus.tables import Outbox
from shared.clock import now
from shared.runtime import Runtime
from shared.timers import Timer, fire_due
from tests.facts import (
    ATTENDEE,
    CLOSED_DAY,
    CONFERENCE,
    OPEN_DAY,
    SLOT,
    at,
    make_cancellation,
    make_closed_day,
    make_conference,
    make_day,
    make_erasure,
    make_slot,
    offset_to,
)
from tests.streaming_gateway.facts import hear, make_entitlement

STAGE = stage_id_of(OPEN_DAY)


def row(gateway: Runtime, table: type[Any], key: UUID) -> Any:
    with gateway.database.read() as db:
        return db.get(table, key)


def told(gateway: Runtime) -> list[tuple[str, int]]:
    """Kind and version of every published event, in order."""
    with gateway.database.read() as db:
        rows = db.execute(select(Outbox.type, Outbox.body).order_by(Outbox.seq)).all()
    return [(kind.split(".")[3], json.loads(body)["version"]) for kind, body in rows]


def due_times(gateway: Runtime) -> dict[str, Any]:
    with gateway.database.read() as db:
        return {timer.key.rpartition(":")[2]: timer.due_at for timer in db.scalars(select(Timer))}


def test_conference_makes_a_stage_for_each_day_and_schedules_the_public_one(gateway: Runtime) -> None:
    hear(gateway, make_conference(clock_offset=offset_to(at("07:00"))))
    assert row(gateway, Conference, CONFERENCE).name == "Spring Meeting"
    assert row(gateway, Stage, STAGE).state == "scheduled"
    assert row(gateway, Stage, stage_id_of(CLOSED_DAY)).state == "off"
    assert told(gateway) == []


def test_conference_heard_twice_or_late_changes_nothing(gateway: Runtime) -> None:
    newest = make_conference(version=3, name="Newest", clock_offset=offset_to(at("10:00")))
    hear(gateway, newest, newest, make_conference(version=2, name="Older"))
    assert row(gateway, Conference, CONFERENCE).name == "Newest"
    assert told(gateway) == [("opened", 1)]


def test_timers_are_on_real_time_and_move_with_the_rehearsal_clock(gateway: Runtime) -> None:
    first, second = offset_to(at("07:00")), offset_to(at("08:00"))
    hear(gateway, make_conference(clock_offset=first))
    window = {"opens": at("08:45"), "closes": at("18:00")}
    assert due_times(gateway) == {name: turn - timedelta(seconds=first) for name, turn in window.items()}
    hear(gateway, make_conference(version=2, clock_offset=second))
    assert due_times(gateway) == {name: turn - timedelta(seconds=second) for name, turn in window.items()}


def test_due_timers_open_and_close_the_stage_once(gateway: Runtime) -> None:
    offset = offset_to(at("08:00"))
    hear(gateway, make_conference(clock_offset=offset))
    for conference_time in (at("08:44"), at("08:45"), at("12:00"), at("18:00"), at("20:00")):
        while fire_due(gateway.database, TIMERS, conference_time - timedelta(seconds=offset)):
            pass
    assert told(gateway) == [("opened", 1), ("closed", 2)]
    assert row(gateway, Stage, STAGE).state == "closed"


def test_moving_the_clock_back_closes_and_opens_again_with_rising_versions(gateway: Runtime) -> None:
    for version, clock in enumerate(("10:00", "07:00", "12:00", "19:00", "12:00"), start=1):
        hear(gateway, make_conference(version=version, clock_offset=offset_to(at(clock))))
    assert told(gateway) == [("opened", 1), ("closed", 2), ("opened", 3), ("closed", 4), ("opened", 5)]


@pytest.mark.parametrize(
    "change",
    [
        {"state": "draft"},
        {"state": "cancelled"},
        {"days": (make_day(attend="registered"), make_closed_day())},
        {"days": (make_closed_day(),)},
    ],
)
def test_open_stage_closes_when_its_day_is_no_longer_public(gateway: Runtime, change: dict[str, Any]) -> None:
    offset = offset_to(at("10:00"))
    hear(
        gateway,
        make_conference(clock_offset=offset),
        make_conference(version=2, clock_offset=offset, **change),
    )
    assert told(gateway) == [("opened", 1), ("closed", 2)]
    assert row(gateway, Stage, STAGE).state == "off"
    assert due_times(gateway) == {}


def test_withdrawn_day_comes_back(gateway: Runtime) -> None:
    hear(gateway, make_conference(), make_conference(version=2, days=(make_closed_day(),)))
    assert row(gateway, Day, OPEN_DAY).withdrawn
    hear(gateway, make_conference(version=3))
    assert not row(gateway, Day, OPEN_DAY).withdrawn


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_slot_ends_the_same_in_every_order(gateway: Runtime, order: tuple[int, ...]) -> None:
    told_of = [make_slot(), make_cancellation(), make_slot(version=3, title="Opening, moved")]
    hear(gateway, *(told_of[place] for place in order), told_of[order[0]])
    slot = row(gateway, Slot, SLOT)
    assert (slot.title, slot.cancelled, slot.version) == ("Opening, moved", False, 3)


def test_slot_is_kept_before_its_conference_is_known(gateway: Runtime) -> None:
    hear(gateway, make_slot(), make_conference())
    assert row(gateway, Slot, SLOT).speakers == ["Ada Ørsted"]


def test_cancellation_may_come_before_the_slot(gateway: Runtime) -> None:
    hear(gateway, make_cancellation(), make_cancellation(), make_slot())
    assert row(gateway, Slot, SLOT).cancelled


def test_erased_attendee_never_comes_back(gateway: Runtime) -> None:
    hear(gateway, make_entitlement(), make_entitlement())
    assert row(gateway, Entitlement, ATTENDEE).day_ids == [str(CLOSED_DAY)]
    hear(gateway, make_erasure(), make_erasure(), make_entitlement(version=9))
    held = row(gateway, Entitlement, ATTENDEE)
    assert (held.erased, held.day_ids, held.state) == (True, [], "")


def test_erasure_may_come_before_the_entitlement(gateway: Runtime) -> None:
    hear(gateway, make_erasure(), make_entitlement())
    assert row(gateway, Entitlement, ATTENDEE).erased


def test_stage_turns_by_itself_when_its_time_comes(gateway: Runtime) -> None:
    opens_in_a_second = offset_to(at("08:45")) - 1
    hear(gateway, make_conference(clock_offset=opens_in_a_second))
    assert not gateway.work()
    assert fire_due(gateway.database, TIMERS, now() + timedelta(seconds=3))
    assert told(gateway) == [("opened", 1)]
