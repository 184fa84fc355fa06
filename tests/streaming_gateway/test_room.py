"""Binding a stage to a room."""

from typing import Any

import pytest

from services.streaming_gateway import queries, usecases
from services.streaming_gateway.errors import RoomUnknown
from services.streaming_gateway.rules import stage_id_of
from services.streaming_gateway.schemas import RoomIn
from shared.errors import Invalid, NotFound
from shared.ids import new_id
from shared.runtime import Runtime
from tests.streaming_gateway.facts import (
    AULA,
    CONFERENCE,
    HAZEL,
    OPEN_DAY,
    at,
    make_conference,
    make_slot,
    offset_to,
)
from tests.streaming_gateway.test_handlers import hear


@pytest.fixture
def two_rooms(gateway: Runtime) -> Runtime:
    workshop = make_slot(slot_id=HAZEL, title="Workshop", room_id=HAZEL, room="Hazel", starts_at=at("09:35"))
    hear(gateway, make_conference(clock_offset=offset_to(at("09:40"))), make_slot(), workshop)
    return gateway


def shown(gateway: Runtime) -> str:
    with gateway.database.read() as db:
        conference = queries.get_conference(db, "spring-meeting")
        view = queries.live_view(db, conference, at("09:40"))
    assert view.now is not None
    return view.now.title


def bind(gateway: Runtime, room_id: Any) -> None:
    with gateway.database.write() as db:
        stage = queries.get_stage(db, CONFERENCE, stage_id_of(OPEN_DAY))
        usecases.bind_room(db, stage=stage, room_id=room_id)


def test_stage_follows_the_room_it_is_bound_to_and_back(two_rooms: Runtime) -> None:
    titles = [shown(two_rooms)]
    for room_id in (HAZEL, AULA, HAZEL, None):
        bind(two_rooms, room_id)
        titles.append(shown(two_rooms))
    assert titles == ["Opening", "Workshop", "Opening", "Workshop", "Opening"]


def test_stage_refuses_a_room_in_which_nothing_takes_place(two_rooms: Runtime) -> None:
    with pytest.raises(RoomUnknown) as refused:
        bind(two_rooms, new_id())
    assert refused.value.fields["room_id"]
    assert shown(two_rooms) == "Opening"


def test_stage_of_another_conference_is_not_found(two_rooms: Runtime) -> None:
    with two_rooms.database.read() as db, pytest.raises(NotFound):
        queries.get_stage(db, new_id(), stage_id_of(OPEN_DAY))


@pytest.mark.parametrize("typed", ["aula", "\x00", "\ud800", "1" * 1_000_000])
def test_room_that_is_no_id_is_refused_by_name(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        RoomIn().read({"room_id": typed})
    assert list(refused.value.fields) == ["room_id"]


def test_no_choice_means_the_room_in_which_the_day_begins() -> None:
    assert RoomIn().read({"room_id": ""}) == RoomIn().read({}) == {"room_id": None}
