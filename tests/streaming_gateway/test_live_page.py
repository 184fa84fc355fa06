"""The live page for the public: what it shows, and to whom."""

import json

import pytest
from werkzeug.test import Client

from shared.runtime import Runtime
from tests.facts import HAZEL, SLUG, at, make_cancellation, make_conference, make_slot, offset_to
from tests.streaming_gateway.facts import hear

PAGE, STATE = f"/live/{SLUG}/", f"/live/{SLUG}/state.json"
API = f"/live/api/v1/conferences/{SLUG}/stage"


def place(gateway: Runtime, clock: str, day: int = 26, version: int = 1) -> None:
    """Say that it is so late at the conference."""
    hear(gateway, make_conference(version=version, clock_offset=offset_to(at(clock, day))))


@pytest.mark.parametrize(
    ("clock", "day", "page", "words"),
    [
        ("07:00", 26, "countdown", "The stage opens at 09:45"),
        ("10:00", 26, "open", "The stage is open"),
        ("20:00", 26, "over", "The open stage is closed"),
        ("10:00", 27, "invite", "This day is for registered participants"),
    ],
)
def test_live_page_through_the_days(
    gateway: Runtime, browser: Client, clock: str, day: int, page: str, words: str
) -> None:
    place(gateway, clock, day)
    shown = browser.get(PAGE)
    assert shown.status_code == 200
    assert words in shown.text
    assert json.loads(browser.get(STATE).data)["page"] == page
    assert "Set-Cookie" not in shown.headers
    assert f"/registration/{SLUG}/" in shown.text


def test_live_page_says_what_is_on_and_what_comes(gateway: Runtime, browser: Client) -> None:
    keynote = make_slot(slot_id=HAZEL, title="Keynote <b>", starts_at=at("10:00"), ends_at=at("11:00"))
    hear(gateway, make_slot(), keynote)
    place(gateway, "09:40")
    text = browser.get(PAGE).text
    assert "Opening" in text
    assert "Keynote &lt;b&gt;" in text
    assert "10:30–11:00 CET" in text
    state = json.loads(browser.get(STATE).data)
    assert (state["now"]["title"], state["next"]["title"]) == ("Opening", "Keynote <b>")
    assert state["next"]["starts_at"] == "2026-11-26T10:00:00+00:00"


def test_cancelled_slot_leaves_the_stage(gateway: Runtime, browser: Client) -> None:
    hear(gateway, make_slot())
    place(gateway, "09:40")
    before = browser.get(STATE)
    hear(gateway, make_cancellation())
    after = browser.get(STATE)
    assert before.headers["ETag"] != after.headers["ETag"]
    assert json.loads(after.data)["now"] is None


def test_state_is_not_sent_again_while_it_is_the_same(gateway: Runtime, browser: Client) -> None:
    place(gateway, "10:00")
    first = browser.get(STATE)
    again = browser.get(STATE, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert not first.headers["ETag"].startswith("W/")
    assert first.headers["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("path", [PAGE, STATE, API])
def test_unknown_and_draft_conferences_look_the_same(gateway: Runtime, browser: Client, path: str) -> None:
    unknown = browser.get(path)
    hear(gateway, make_conference(state="draft"))
    draft = browser.get(path)
    assert unknown.status_code == draft.status_code == 404
    assert "Spring Meeting" not in draft.text


def test_cancelled_conference_says_so(gateway: Runtime, browser: Client) -> None:
    hear(gateway, make_conference(state="cancelled"))
    assert "This conference is cancelled" in browser.get(PAGE).text


def test_api_and_page_agree(gateway: Runtime, browser: Client) -> None:
    hear(gateway, make_slot())
    place(gateway, "09:40")
    assert json.loads(browser.get(API).data) == json.loads(browser.get(STATE).data)
