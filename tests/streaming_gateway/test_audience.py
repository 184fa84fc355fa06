"""Counting viewers: pages say that they watch, and nothing about them stays."""

from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import Client

from services.streaming_gateway.media.audience import GONE_AFTER, INTERVAL, NEW_PER_MINUTE, Audience
from services.streaming_gateway.rules import stage_id_of
from shared.bus.tables import Outbox
from shared.runtime import Runtime
from tests.facts import CLOSED_DAY, OPEN_DAY, SLUG, at, make_conference, offset_to
from tests.streaming_gateway.facts import hear

STAGE = str(stage_id_of(OPEN_DAY))
BEAT = f"/live/{SLUG}/heartbeat"
OPERATOR = f"/live/manage/{SLUG}/stages/{STAGE}"


@pytest.fixture
def on_air(gateway: Runtime) -> Runtime:
    hear(gateway, make_conference(clock_offset=offset_to(at("10:00"))))
    return gateway


def beat(browser: Client, **changes: Any) -> Any:
    body = {"stage": STAGE, "page": "0123456789abcdef", **changes}
    return browser.post(BEAT, json=body, headers={"Sec-Fetch-Site": "same-origin"})


def test_three_hundred_pages_of_which_a_hundred_leave() -> None:
    audience = Audience()
    for second in (0.0, INTERVAL, 2 * INTERVAL):
        for page in range(300):
            audience.beat("stage", f"page {page}", f"10.0.0.{page % 7}", steady=second)
    assert audience.count("stage", steady=2 * INTERVAL) == 300
    for second in (3 * INTERVAL, 4 * INTERVAL):
        for page in range(200):
            audience.beat("stage", f"page {page}", "10.0.0.1", steady=second)
    assert audience.count("stage", steady=2 * INTERVAL + GONE_AFTER + 1) == 200
    assert audience.count("other stage", steady=0.0) == 0


def test_a_flood_from_one_address_is_capped_and_others_are_still_counted() -> None:
    audience = Audience()
    counted = [audience.beat("stage", f"page {page}", "10.0.0.1", steady=1.0) for page in range(5000)]
    assert sum(counted) == NEW_PER_MINUTE
    assert audience.beat("stage", "page 0", "10.0.0.1", steady=2.0)
    assert audience.beat("stage", "elsewhere", "10.0.0.2", steady=2.0)
    assert audience.beat("stage", "a minute later", "10.0.0.1", steady=62.0)


def test_a_page_that_watches_is_counted_once_and_told_to_others(
    on_air: Runtime, browser: Client, operator: Client
) -> None:
    answers = [beat(browser), beat(browser), beat(browser, page="fedcba9876543210")]
    assert {answer.status_code for answer in answers} == {204}
    assert "Set-Cookie" not in answers[0].headers
    assert answers[0].headers["Cache-Control"] == "no-store"
    assert operator.get(f"{OPERATOR}/state.json").get_json()["viewers"] == 2
    with on_air.database.read() as db:
        told = [kind for kind in db.scalars(select(Outbox.type)) if "audience" in kind]
    assert told == ["plenary.streaming_gateway.audience.counted.v1"]  # the second count waits its turn


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"stage": "no id"}, "stage"),
        ({"page": "short"}, "page"),
        ({"page": "x" * 65}, "page"),
        ({"page": "<script>alert(1)</script>"}, "page"),
        ({"page": None}, "page"),
        ({"who": "me"}, "who"),
    ],
)
def test_a_heartbeat_that_is_none_is_refused_by_name(
    on_air: Runtime, browser: Client, body: dict[str, Any], field: str
) -> None:
    answer = beat(browser, **body)
    assert answer.status_code == 422
    assert field in answer.text


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"1" * 100])
def test_a_heartbeat_that_is_no_object_is_refused(on_air: Runtime, browser: Client, body: bytes) -> None:
    assert browser.post(BEAT, data=body, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 422


def test_a_stage_that_is_not_there_counts_nobody(on_air: Runtime, browser: Client) -> None:
    assert beat(browser, stage=str(OPEN_DAY)).status_code == 404
    assert browser.post("/live/nowhere/heartbeat", json={"stage": STAGE, "page": "0" * 16}).status_code == 404


def test_a_closed_stage_tells_no_count(on_air: Runtime, browser: Client) -> None:
    assert beat(browser, stage=str(stage_id_of(CLOSED_DAY))).status_code == 204
    with on_air.database.read() as db:
        assert not [kind for kind in db.scalars(select(Outbox.type)) if "audience" in kind]
