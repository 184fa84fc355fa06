"""The operator's word: hold, resume, end, open again, and what is connected."""

import json
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import Client

from services.streaming_gateway import queries, usecases
from services.streaming_gateway.models import Stage
from services.streaming_gateway.rules import stage_id_of
from shared.bus.tables import Outbox
from shared.runtime import Runtime
from tests.facts import CLOSED_DAY, OPEN_DAY, SLUG, at, make_conference, offset_to
from tests.streaming_gateway.facts import hear

STAGE = stage_id_of(OPEN_DAY)
PAGE = f"/live/manage/{SLUG}/stages/{STAGE}"
API = f"/live/api/v1/conferences/{SLUG}/stages"
STATE = f"/live/{SLUG}/state.json"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def on_air(gateway: Runtime) -> Runtime:
    hear(gateway, make_conference(clock_offset=offset_to(at("10:00"))))
    return gateway


def stage_row(gateway: Runtime) -> Stage:
    with gateway.database.read() as db:
        return db.get_one(Stage, STAGE)


def told(gateway: Runtime) -> list[str]:
    with gateway.database.read() as db:
        return [kind.split(".")[3] for kind in db.scalars(select(Outbox.type).order_by(Outbox.seq))]


def act(operator: Client, action: str) -> Any:
    return operator.post(f"{PAGE}/act", data={"action": action}, headers=SAME_ORIGIN)


def page(browser: Client) -> tuple[str, str, bool]:
    state = json.loads(browser.get(STATE).data)
    return state["page"], state["pause"], bool(state["playlist"])


def test_holding_pauses_and_going_on_resumes_and_both_are_told_once(
    on_air: Runtime, operator: Client, browser: Client
) -> None:
    assert page(browser) == ("open", "", True)
    assert act(operator, "hold").status_code == act(operator, "hold").status_code == 303
    assert page(browser) == ("open", "held", True)  # the media goes on: it shows the slate
    assert act(operator, "resume").status_code == 303
    assert page(browser) == ("open", "", True)
    assert told(on_air) == ["opened", "held", "resumed"]


def test_ending_closes_the_stage_until_it_is_opened_again(
    on_air: Runtime, operator: Client, browser: Client
) -> None:
    act(operator, "hold")
    act(operator, "end")
    assert page(browser) == ("over", "", False)
    act(operator, "reopen")
    assert page(browser) == ("open", "", True)
    assert told(on_air) == ["opened", "held", "closed", "opened"]


def test_an_early_end_is_forgotten_when_the_day_begins_anew(on_air: Runtime, operator: Client) -> None:
    act(operator, "end")
    for version, clock in ((2, "12:00"), (3, "07:00"), (4, "12:00")):
        hear(on_air, make_conference(version=version, clock_offset=offset_to(at(clock))))
    assert told(on_air) == ["opened", "closed", "opened"]


@pytest.mark.parametrize("action", ["hold", "resume", "end", "reopen"])
def test_what_makes_no_sense_now_is_refused(gateway: Runtime, operator: Client, action: str) -> None:
    hear(gateway, make_conference(clock_offset=offset_to(at("07:00"))))
    refused = act(operator, action)
    assert refused.status_code == 409
    assert "not in a state" in refused.text
    assert told(gateway) == []


@pytest.mark.parametrize(
    "body", [{}, {"action": "explode"}, {"action": ["hold"]}, {"action": None}, {"act": 1}]
)
def test_an_action_that_is_none_is_refused_by_name(on_air: Runtime, operator: Client, body: Any) -> None:
    refused = operator.post(f"{API}/{STAGE}/actions", json=body, headers=SAME_ORIGIN)
    assert refused.status_code == 422
    assert refused.get_json()["fields"]
    assert stage_row(on_air).held is False


def test_the_api_does_what_the_page_does(on_air: Runtime, operator: Client, browser: Client) -> None:
    assert [stage["state"] for stage in operator.get(API).get_json()["items"]].count("open") == 1
    held = operator.post(f"{API}/{STAGE}/actions", json={"action": "hold"}, headers=SAME_ORIGIN)
    assert (held.status_code, held.get_json()["held"]) == (200, True)
    assert page(browser)[1] == "held"


def test_only_operators_act(on_air: Runtime, browser: Client, attendee: Client) -> None:
    for client in (browser, attendee):
        assert act(client, "end").status_code in (401, 404)
        assert client.post(
            f"{API}/{STAGE}/actions", json={"action": "end"}, headers=SAME_ORIGIN
        ).status_code in (401, 404)
    assert stage_row(on_air).state == "open"


@pytest.mark.parametrize(
    "source",
    [
        "loop",
        "http://a.example/x.m3u8",
        "file:///x",
        "https://",
        "javascript:alert(1)",
        "x" * 3000,
        "https://a b",
    ],
)
def test_a_source_that_cannot_be_is_shown_again_with_the_reason(
    on_air: Runtime, operator: Client, source: str
) -> None:
    refused = operator.post(PAGE, data={"source": source}, headers=SAME_ORIGIN)
    assert refused.status_code == 422
    assert 'aria-describedby="source-hint source-error"' in refused.text
    assert stage_row(on_air).source == ""


def test_a_source_and_a_room_are_saved_together_or_not_at_all(on_air: Runtime, operator: Client) -> None:
    wrong_room = {"source": "loop:", "room_id": str(OPEN_DAY)}
    assert operator.post(PAGE, data=wrong_room, headers=SAME_ORIGIN).status_code == 422
    assert stage_row(on_air).source == ""
    assert operator.post(PAGE, data={"source": "loop:"}, headers=SAME_ORIGIN).status_code == 303
    assert stage_row(on_air).source == "loop:"
    assert (
        operator.post(PAGE, data={"source": " https://a.example/live.m3u8 "}, headers=SAME_ORIGIN).status_code
        == 303
    )
    assert stage_row(on_air).source == "https://a.example/live.m3u8"


def test_a_closed_day_is_on_air_as_soon_as_something_is_connected(gateway: Runtime, operator: Client) -> None:
    hear(gateway, make_conference(clock_offset=offset_to(at("10:00", 27))))
    closed = f"/live/manage/{SLUG}/stages/{stage_id_of(CLOSED_DAY)}"
    assert operator.post(closed, data={"source": "loop:"}, headers=SAME_ORIGIN).status_code == 303
    assert told(gateway) == ["opened"]
    assert operator.post(closed, data={"source": ""}, headers=SAME_ORIGIN).status_code == 303
    assert told(gateway) == ["opened", "closed"]


def test_what_the_publisher_shows_is_told_only_when_it_changes_by_itself(on_air: Runtime) -> None:
    for showing in ("slate", "slate", "programme", "programme", "slate"):
        with on_air.database.write() as db:
            usecases.note_showing(db, stage_id=STAGE, showing=showing, reason="the origin answers 404")
    assert told(on_air) == ["opened", "failed_over", "failed_over"]
    assert stage_row(on_air).reason == "the origin answers 404"


def test_a_held_stage_fails_over_silently(on_air: Runtime, operator: Client, browser: Client) -> None:
    act(operator, "hold")
    for showing in ("programme", "slate"):
        with on_air.database.write() as db:
            usecases.note_showing(db, stage_id=STAGE, showing=showing, reason="")
    assert told(on_air) == ["opened", "held"]
    act(operator, "resume")
    assert page(browser) == ("open", "", True)


def test_a_lost_picture_is_said_and_nothing_is_over(
    on_air: Runtime, operator: Client, browser: Client
) -> None:
    operator.post(PAGE, data={"source": "https://a.example/live.m3u8"}, headers=SAME_ORIGIN)
    for showing in ("programme", "slate"):
        with on_air.database.write() as db:
            usecases.note_showing(db, stage_id=STAGE, showing=showing, reason="the origin answers 404")
    assert page(browser) == ("open", "lost", True)
    text = browser.get(f"/live/{SLUG}/").text
    assert "comes back by itself" in text
    assert "404" not in text  # the reason is for the operator
    assert "the origin answers 404" in operator.get(PAGE).text


def test_open_stages_are_listed_with_their_days(on_air: Runtime) -> None:
    with on_air.database.read() as db:
        assert [(stage.id, day.id) for stage, day in queries.list_open_stages(db)] == [(STAGE, OPEN_DAY)]
