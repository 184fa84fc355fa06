"""A closed day's stage: an invitation for everybody, the picture for those who may attend."""

import json
import time
from pathlib import Path
from uuid import UUID

import pytest
from werkzeug.test import Client

from services.streaming_gateway import usecases
from services.streaming_gateway.media.addresses import audience_of, read_path
from services.streaming_gateway.media.fetching import read_allowance
from services.streaming_gateway.models import Stage
from services.streaming_gateway.rules import stage_id_of
from shared.clock import now
from shared.ids import new_id
from shared.runtime import Runtime
from tests.facts import ATTENDEE, CLOSED_DAY, SLUG, at, make_conference, make_erasure, offset_to
from tests.streaming_gateway.facts import hear, make_entitlement

STAGE = stage_id_of(CLOSED_DAY)
PAGE, OWN = f"/live/{SLUG}/", f"/live/{SLUG}/me"


@pytest.fixture
def closed_day(gateway: Runtime) -> Runtime:
    """Day 2 is running, is streamed, and somebody is registered for it."""
    hear(gateway, make_conference(clock_offset=offset_to(at("10:00", 27))), make_entitlement())
    with gateway.database.write() as db:
        stage = db.get_one(Stage, STAGE)
        usecases.choose_source(db, stage=stage, source="loop:", allowance=read_allowance(""), now=now())
    return gateway


def state(client: Client, path: str) -> tuple[str, str]:
    answer = json.loads(client.get(path).data)
    return answer["page"], answer["playlist"]


def test_strangers_are_invited_and_given_no_address(closed_day: Runtime, browser: Client) -> None:
    assert state(browser, f"{PAGE}state.json") == ("invite", "")
    text = browser.get(PAGE).text
    assert f"/registration/{SLUG}/" in text
    assert 'data-playlist=""' in text
    assert "/live/media/" not in text


@pytest.mark.parametrize("path", [OWN, f"{OWN}/state.json", f"/live/api/v1/conferences/{SLUG}/me/stage"])
def test_the_own_page_is_for_those_who_are_signed_in(
    closed_day: Runtime, browser: Client, operator: Client, path: str
) -> None:
    for client in (browser, operator):
        assert client.get(path).status_code in (303, 401, 404)


def test_a_registered_attendee_watches_by_a_link_of_a_quarter_of_an_hour(
    closed_day: Runtime, attendee: Client
) -> None:
    page, playlist = state(attendee, f"{OWN}/state.json")
    assert page == "open"
    secret = closed_day.settings.signing_secret
    found = read_path(playlist, secret=secret, now=time.time())
    assert found is not None
    assert (found.audience, UUID(found.stage)) == (audience_of(CLOSED_DAY, attend="registered"), STAGE)
    shown = attendee.get(OWN)
    assert f'data-playlist="{playlist}"' in shown.text
    assert "private" in shown.headers["Cache-Control"]
    api = attendee.get(f"/live/api/v1/conferences/{SLUG}/me/stage").get_json()
    assert api["playlist"] == playlist


def test_media_of_a_closed_day_is_refused_to_strangers_and_given_to_a_player_without_cookies(
    closed_day: Runtime, attendee: Client, browser: Client
) -> None:
    _, playlist = state(attendee, f"{OWN}/state.json")
    folder = closed_day.settings.media / audience_of(CLOSED_DAY, attend="registered") / str(STAGE)
    folder.mkdir(parents=True)
    Path(folder / "index.m3u8").write_text("#EXTM3U\n")
    assert browser.get(playlist, buffered=True).data == b"#EXTM3U\n"
    plain = f"/live/media/{folder.parent.name}/{STAGE}/index.m3u8"
    assert browser.get(plain).status_code == 403
    assert browser.get(playlist.replace("/t/", "/t/x")).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"state": "cancelled"},
        {"state": "rejected"},
        {"day_ids": ()},
        {"day_ids": (new_id(),)},
        {"conference_id": new_id()},
        {"attendee_id": new_id()},
    ],
)
def test_nobody_else_watches(gateway: Runtime, attendee: Client, change: dict[str, object]) -> None:
    hear(gateway, make_conference(clock_offset=offset_to(at("10:00", 27))), make_entitlement(**change))
    with gateway.database.write() as db:
        stage = db.get_one(Stage, STAGE)
        usecases.choose_source(db, stage=stage, source="loop:", allowance=read_allowance(""), now=now())
    assert state(attendee, f"{OWN}/state.json") == ("invite", "")


def test_whoever_cancels_or_is_erased_gets_no_further_link(closed_day: Runtime, attendee: Client) -> None:
    assert state(attendee, f"{OWN}/state.json")[0] == "open"
    hear(closed_day, make_entitlement(version=2, state="cancelled"))
    assert state(attendee, f"{OWN}/state.json") == ("invite", "")
    hear(closed_day, make_entitlement(version=3), make_erasure(version=4, attendee_id=ATTENDEE))
    assert state(attendee, f"{OWN}/state.json") == ("invite", "")


def test_a_closed_day_without_a_source_is_said_to_take_place_on_site(
    gateway: Runtime, attendee: Client
) -> None:
    hear(gateway, make_conference(clock_offset=offset_to(at("10:00", 27))), make_entitlement())
    assert state(attendee, f"{OWN}/state.json") == ("not_streamed", "")
    assert "This day is not streamed" in attendee.get(OWN).text


def test_a_stage_that_becomes_closed_leaves_nothing_open_behind(
    closed_day: Runtime, attendee: Client
) -> None:
    """The audience is part of the address, so a link of before does not fit any more."""
    _, playlist = state(attendee, f"{OWN}/state.json")
    assert audience_of(CLOSED_DAY, attend="registered") in playlist
    assert audience_of(CLOSED_DAY, attend="public") not in playlist
