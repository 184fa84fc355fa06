"""Binding a stage to a room."""

from typing import Any

import pytest
from werkzeug.test import Client

from services.streaming_gateway import queries, usecases
from services.streaming_gateway.errors import RoomUnknown
from services.streaming_gateway.rules import stage_id_of
from services.streaming_gateway.schemas import StageIn
from shared.clock import now
from shared.errors import Invalid, NotFound
from shared.ids import new_id
from shared.runtime import Runtime
from tests.facts import AULA, CONFERENCE, HAZEL, OPEN_DAY, SLUG, at, make_conference, make_slot, offset_to
from tests.streaming_gateway.facts import hear

PAGE = f"/live/manage/{SLUG}/"
STAGE = f"{PAGE}stages/{stage_id_of(OPEN_DAY)}"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def two_rooms(gateway: Runtime) -> Runtime:
    workshop = make_slot(slot_id=HAZEL, title="Workshop", room_id=HAZEL, room="Hazel", starts_at=at("09:35"))
    hear(gateway, make_conference(clock_offset=offset_to(at("09:40"))), make_slot(), workshop)
    return gateway


def shown(gateway: Runtime) -> str:
    with gateway.database.read() as db:
        conference = queries.get_conference(db, SLUG)
        view = queries.live_view(db, conference, now=now(), secret="s")
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
        StageIn().read({"room_id": typed})
    assert list(refused.value.fields) == ["room_id"]


def test_no_choice_means_the_room_in_which_the_day_begins() -> None:
    assert StageIn().read({"room_id": ""}) == StageIn().read({}) == {"room_id": None, "source": ""}


def test_operator_chooses_the_room_on_the_page_of_the_stages(two_rooms: Runtime, operator: Client) -> None:
    assert f'href="{STAGE}"' in operator.get(PAGE).text
    before = operator.get(STAGE)
    assert before.status_code == 200
    assert f'<option value="{HAZEL}">Hazel</option>' in before.text
    saved = operator.post(STAGE, data={"room_id": str(HAZEL)}, headers=SAME_ORIGIN)
    assert (saved.status_code, saved.headers["Location"]) == (303, STAGE)
    assert f'<option value="{HAZEL}" selected>Hazel</option>' in operator.get(STAGE).text
    assert shown(two_rooms) == "Workshop"


def test_room_that_cannot_be_is_shown_again_with_the_reason(two_rooms: Runtime, operator: Client) -> None:
    refused = operator.post(STAGE, data={"room_id": str(new_id())}, headers=SAME_ORIGIN)
    assert refused.status_code == 422
    assert "Nothing takes place in this room on this day." in refused.text
    assert shown(two_rooms) == "Opening"


def test_stages_are_for_operators_only(two_rooms: Runtime, browser: Client) -> None:
    assert browser.get(PAGE).status_code == browser.get(STAGE).status_code == 303
    assert browser.post(STAGE, data={"room_id": str(HAZEL)}, headers=SAME_ORIGIN).status_code in (401, 404)
    assert shown(two_rooms) == "Opening"


def test_operator_of_one_conference_finds_nothing_in_another(two_rooms: Runtime, operator: Client) -> None:
    hear(two_rooms, make_conference(conference_id=new_id(), slug="other-meeting", days=()))
    assert operator.post(STAGE.replace(SLUG, "other-meeting"), headers=SAME_ORIGIN).status_code == 404
    assert operator.post(PAGE + f"stages/{new_id()}", headers=SAME_ORIGIN).status_code == 404
