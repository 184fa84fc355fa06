"""The grid of the draft: moved by mouse and by keyboard, saved at once, undone, and never overwritten."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import test_journey as steps
from tests.browser.conftest import Watched
from tests.harness import SLUG
from tests.served import Served, serving

DESK = {"viewport": {"width": 1280, "height": 900}}
API = f"/sessions/api/v1/conferences/{SLUG}"


@pytest.fixture(scope="module")
def house(sqlite_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One process for all tests of this file, and the cookies of one organiser."""
    folder = shutil.copytree(sqlite_demo, tmp_path_factory.mktemp("grid") / "data")
    with serving({"DATA": str(folder), "PLENARY_LOG_LEVEL": "WARNING"}) as process:
        yield process


@pytest.fixture(scope="module")
def cookies(chromium: Browser, house: Served) -> Any:
    watched = Watched(chromium.new_context(**DESK), house.base)  # type: ignore[arg-type]
    steps.sign_in(watched, house)
    watched.open(f"/sessions/manage/{SLUG}/grid")
    return watched.page.context.storage_state()


@pytest.fixture
def desk(browser: Browser, house: Served, cookies: Any) -> Iterator[Watched]:
    watched = Watched(browser.new_context(**DESK, storage_state=cookies), house.base)  # type: ignore[arg-type]
    page = watched.open(f"/sessions/manage/{SLUG}/grid")
    expect(page.locator(".grid-slot").first).to_be_visible()
    yield watched
    assert watched.wrong == []


def slot(page: Page, title: str) -> Locator:
    return page.locator(".grid-slot").filter(has=page.locator("strong", has_text=title))


def facts(page: Page, title: str) -> dict[str, str]:
    """The slot as the server has it."""
    (found,) = [
        one
        for one in page.request.get(f"{page_base(page)}{API}/draft/grid").json()["slots"]
        if title in one["title"]
    ]
    return found


def page_base(page: Page) -> str:
    return page.url.partition("/sessions/")[0]


def saved(page: Page) -> None:
    expect(page.locator(".grid-state")).to_contain_text("Saved: ")


def test_a_session_is_dragged_to_another_time_and_room_and_back_again(desk: Watched) -> None:
    page = desk.page
    title = "Opening"
    before = facts(page, title)
    box = slot(page, title).bounding_box()
    lanes = page.locator(".grid-lane")
    other = next(
        lane for lane in lanes.all() if lane.get_attribute("data-room") != before["room_id"]
    ).bounding_box()
    assert box and other
    page.mouse.move(box["x"] + 20, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(other["x"] + 20, box["y"] + 8 + 48, steps=8)
    desk.picture("grid-dragging-desk")
    page.mouse.up()
    saved(page)
    moved = facts(page, title)
    assert moved["room_id"] != before["room_id"]
    assert moved["starts_at"] > before["starts_at"]
    page.get_by_role("button", name="Undo").click()
    saved(page)
    back = facts(page, title)
    assert {**back, "version": 0} == {**before, "version": 0}


def test_a_session_is_made_longer_at_its_lower_edge(desk: Watched) -> None:
    page = desk.page
    title = "The course nobody can skip"
    before = facts(page, title)
    slot(page, title).scroll_into_view_if_needed()
    box = slot(page, title).bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 3)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] + 21, steps=5)
    page.mouse.up()
    saved(page)
    after = facts(page, title)
    assert (after["starts_at"], after["room_id"]) == (before["starts_at"], before["room_id"])
    assert after["ends_at"] > before["ends_at"]


def test_keys_do_the_same_and_say_what_collides(desk: Watched) -> None:
    page, title = desk.page, "Twenty-three languages in one room"
    before = facts(page, title)
    slot(page, title).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowDown")
    saved(page)
    after = facts(page, title)
    assert after["version"] == before["version"] + 1  # keys that follow one another are saved together
    assert (after["starts_at"][11:16], after["ends_at"][11:16]) == ("10:35", "11:25")
    expect(slot(page, title)).to_be_focused()
    expect(slot(page, title)).to_have_accessible_name(
        re.compile("Blocks the release: Aula is booked twice .*Coffee break")
    )
    expect(page.locator(".grid-words .block")).to_contain_text("Coffee break")
    expect(page.locator(".grid-state")).to_contain_text("Blocks the release: Aula is booked twice")
    expect(slot(page, "Coffee break").first).to_have_class(re.compile("is-blocking"))
    desk.picture("grid-conflict-desk")
    page.keyboard.press("ArrowRight")
    expect(slot(page, title)).not_to_have_accessible_name(re.compile("booked twice"))
    saved(page)
    page.keyboard.press("PageDown")
    expect(page.locator("[data-day]", has_text="27 Nov")).to_have_attribute("aria-pressed", "true")
    saved(page)
    for _ in range(3):
        page.keyboard.press("Control+z")
        saved(page)
    expect(page.locator("[data-day]", has_text="26 Nov")).to_have_attribute("aria-pressed", "true")
    back = facts(page, title)
    assert {**back, "version": 0} == {**before, "version": 0}


def test_whoever_comes_second_loses_nothing_of_the_first_and_sees_it(desk: Watched) -> None:
    page = desk.page
    title = "Three years, three hundred beginners"
    before = facts(page, title)
    theirs = "2026-11-26T15:00:00+00:00"
    answer = page.request.patch(
        f"{page_base(page)}{API}/slots/{before['id']}",
        data={"starts_at": theirs},
        headers={"If-Match": str(before["version"]), "Origin": page_base(page)},
    )
    assert answer.ok, answer.text()
    slot(page, title).focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".grid-state")).to_contain_text("Somebody else moved")
    expect(page.locator(".grid-state")).to_contain_text("16:00")
    assert facts(page, title)["starts_at"] == theirs
    desk.wrong.clear()  # the browser notes the refusal


def test_a_session_leaves_the_programme_and_comes_back_into_a_free_place(desk: Watched) -> None:
    page = desk.page
    page.goto(f"{page_base(page)}/sessions/manage/{SLUG}/sessions/new")
    page.locator("[name=title]").fill("A late idea")
    page.locator("[name=room_id]").select_option(index=1)
    page.locator("main form").get_by_role("button").last.click()
    page.wait_for_url("**done=added")
    page.goto(f"{page_base(page)}/sessions/manage/{SLUG}/grid")
    slot(page, "A late idea").focus()
    page.keyboard.press("Delete")
    idea = page.locator(".grid-new", has_text="A late idea")
    expect(idea).to_be_focused()
    desk.picture("grid-unplaced-desk")
    page.keyboard.press("Enter")
    expect(slot(page, "A late idea")).to_be_focused()
    assert facts(page, "A late idea")["version"] == 1
    public = page.locator(".grid-slot strong").first.inner_text()
    slot(page, public).focus()
    page.keyboard.press("Delete")
    expect(page.locator(".grid-state")).to_contain_text("public already")
    desk.wrong.clear()


def choose_rules(page: Page, **severities: str) -> None:
    """On the page of the rules, in a tab of its own, as another organiser would."""
    other = page.context.new_page()
    other.goto(f"{page_base(page)}/sessions/manage/{SLUG}/rules")
    for name, value in severities.items():
        field = other.locator(f"[name={name}]")
        if field.first.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        elif field.first.get_attribute("type") == "radio":
            other.locator(f"[name={name}][value={value}]").check()
        else:
            field.fill(value)
    other.locator("main form").get_by_role("button").last.click()
    other.wait_for_url("**done=saved")
    other.close()


def close_room(page: Page, room_id: str, *, until: str) -> None:
    """The room can be had on the first day only until then; always, with an empty text."""
    other = page.context.new_page()
    other.goto(f"{page_base(page)}/sessions/manage/{SLUG}/rooms/{room_id}")
    other.locator("[name=available_from]").first.fill(until and "2026-11-26T08:00")
    other.locator("[name=available_until]").first.fill(until)
    other.locator("main form").get_by_role("button").first.click()
    other.wait_for_url("**done=**")
    other.close()


def drag_to_room(page: Page, title: str, column: int) -> None:
    """Hold a session over the same time in another room, without letting go."""
    slot(page, title).scroll_into_view_if_needed()
    box = slot(page, title).bounding_box()
    lane = page.locator(".grid-lane").nth(column).bounding_box()
    assert box and lane
    page.mouse.move(box["x"] + 20, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(lane["x"] + 20, box["y"] + 8, steps=5)


def test_while_dragging_the_rules_of_the_conference_speak_and_fall_silent(desk: Watched) -> None:
    page, title = desk.page, "What student teachers wish we knew"
    linden = page.locator(".grid-lane").nth(1).get_attribute("data-room") or ""
    close_room(page, linden, until="2026-11-26T09:00")
    before = facts(page, title)
    drag_to_room(page, title, 1)
    expect(page.locator(".is-held .grid-told")).to_contain_text("Warning: Linden cannot be had")
    expect(page.locator(".grid-state")).to_contain_text("Warning: Linden cannot be had")
    expect(slot(page, title)).to_have_class(re.compile("is-warned"))
    desk.picture("grid-warned-desk")
    choose_rules(page, room_closed="block")
    page.mouse.move(400, 700)
    drag_on = page.locator(".grid-lane").nth(1).bounding_box()
    assert drag_on
    page.mouse.move(drag_on["x"] + 40, 700, steps=3)
    expect(page.locator(".is-held .grid-told")).to_contain_text("Blocks the release: Linden cannot be had")
    expect(slot(page, title)).to_have_class(re.compile("is-blocking"))
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(slot(page, title)).not_to_have_class(re.compile("is-blocking|is-warned"))
    assert facts(page, title) == before
    choose_rules(page, room_closed="ignore")
    drag_to_room(page, title, 1)
    expect(page.locator(".grid-state")).to_contain_text("Linden.")
    expect(page.locator(".is-held .grid-told")).to_be_empty()
    page.keyboard.press("Escape")
    page.mouse.up()
    choose_rules(page, room_closed="warn")
    close_room(page, linden, until="")


def test_what_changes_behind_a_place_is_seen_at_the_next_save_and_when_loading(desk: Watched) -> None:
    page, title = desk.page, "Opening"
    slot(page, title).focus()
    page.keyboard.press("Shift+ArrowUp")
    saved(page)
    expect(slot(page, title)).not_to_have_class(re.compile("is-warned"))
    choose_rules(page, buffer_minutes="60")
    page.keyboard.press("Shift+ArrowUp")
    expect(page.locator(".grid-state")).to_contain_text(re.compile("Saved: .* Warning: Aula has only"))
    expect(slot(page, title)).to_have_class(re.compile("is-warned"))
    page.reload()
    expect(slot(page, title)).to_have_class(re.compile("is-warned"))
    choose_rules(page, buffer_minutes="0")
    page.reload()
    expect(slot(page, title)).to_be_visible()
    expect(slot(page, title)).not_to_have_class(re.compile("is-warned"))
    slot(page, title).focus()
    for _ in range(2):
        page.keyboard.press("Shift+ArrowDown")
    saved(page)
