"""The agenda in Chromium: stars that stay in the browser, own time, and the screens at the doors."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.browser.conftest import Watched
from tests.harness import SLUG, SteppedStack
from tests.journeys.people import Organiser, Participant
from tests.served import Served, serving

HOME = f"/sessions/{SLUG}/"


@pytest.fixture(scope="module")
def folder(sqlite_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(sqlite_demo, tmp_path_factory.mktemp("agenda") / "data")


@pytest.fixture(scope="module")
def personal_link(folder: Path) -> str:
    """That of a participant who has been approved."""
    stack = SteppedStack({"DATA": str(folder)}).open()
    participant = Participant(stack)
    participant.register()
    Organiser(stack).approve(participant.name)
    link = participant.personal_link()
    stack.close()
    return link


@pytest.fixture(scope="module")
def served(folder: Path, personal_link: str) -> Iterator[Served]:
    """One process for all of these, which knows the participant."""
    with serving({"DATA": str(folder), "PLENARY_LOG_LEVEL": "WARNING"}) as process:
        yield process


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, served: Served) -> StorageState:
    """The cookies of an organiser, whose link works once."""
    context = chromium.new_context()
    person = Watched(context, served.base)
    person.open(served.organiser_link()).get_by_role("main").get_by_role("button").first.click()
    person.open(f"/sessions/manage/{SLUG}/")  # fetches the token for the API
    kept = context.storage_state()
    context.close()
    return kept


def test_stars_make_an_agenda_of_ones_own_and_say_what_overlaps(browser: Browser, served: Served) -> None:
    person = Watched(browser.new_context(viewport={"width": 360, "height": 800}), served.base)
    page = person.open(f"{HOME}?day=2")
    together = page.locator(".agenda-parallel").first.get_by_role("listitem")
    for number in (0, 1):
        together.nth(number).get_by_role("button").click()
    expect(page.locator(".agenda-clash")).to_have_count(2)
    kept = [together.nth(number).get_attribute("data-slot") for number in (0, 1)]
    page.get_by_role("link", name="My agenda").click()
    expect(page.locator("[data-slot]:visible")).to_have_count(2)
    page.reload()
    shown = page.locator("[data-slot]:visible")
    assert [shown.nth(number).get_attribute("data-slot") for number in (0, 1)] == kept
    shown.first.get_by_role("button").press("Enter")
    expect(page.locator("[data-slot]:visible")).to_have_count(1)
    page.get_by_role("link", name="The whole agenda").click()
    expect(page.locator("[data-slot]:visible").nth(20)).to_be_visible()
    assert person.wrong == []


def test_stars_go_along_into_the_account_and_are_there_on_another_device(
    browser: Browser, served: Served, personal_link: str, tmp_path: Path
) -> None:
    phone = Watched(browser.new_context(viewport={"width": 360, "height": 800}), served.base)
    page = phone.open(f"{HOME}?day=2")
    together = page.locator(".agenda-parallel").first.get_by_role("listitem")
    for number in (0, 1):
        together.nth(number).get_by_role("button").click()
    page.goto(f"{served.base}{personal_link}")
    page.get_by_role("link", name="My agenda").click()
    expect(
        page.get_by_role("status").filter(has_text="The stars of this browser have been added")
    ).to_be_visible()
    expect(page.locator(".star[aria-pressed=true]")).to_have_count(2)
    expect(page.locator(".agenda-clash")).to_have_count(2)
    phone.picture("my-agenda-phone")
    desk = Watched(browser.new_context(viewport={"width": 1280, "height": 900}), served.base)
    page = desk.open(f"{personal_link}/go?to={HOME}me")
    page.locator(".star").first.click()
    expect(page.locator(".star[aria-pressed=false]")).to_have_count(1)
    expect(page.locator(".agenda-clash")).to_have_count(0)
    page.get_by_role("button", name="Make the address").click()
    address = page.get_by_label("Or copy this address").input_value()
    assert desk.page.context.request.get(address).text().count("BEGIN:VEVENT") == 1
    assert read_code(page, tmp_path / "code.png") == address.replace("http://", "webcal://")
    desk.picture("my-agenda-desk")
    page.get_by_role("button", name="Revoke it").click()
    expect(page.get_by_role("button", name="Make the address")).to_be_visible()
    assert desk.page.context.request.get(address).status == 404
    page.goto(f"{served.base}{HOME}?day=2")
    expect(page.locator(".star[aria-pressed=true]")).to_have_count(1)
    assert phone.wrong == []
    assert desk.wrong == []


def read_code(page: Page, picture: Path) -> str:
    """What a phone makes of the code on the page."""
    page.get_by_text("Scan it with a phone").first.click()
    expect(page.locator(".qr-code").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.locator(".qr-code").first.screenshot(path=picture)
    command = ["zbarimg", "-q", "--raw", str(picture)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_reads_the_subscription_of_a_view_from_its_code(
    browser: Browser, served: Served, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800}, color_scheme=scheme)
    page.goto(f"{served.base}{HOME}?day=2&kind=workshop")
    address = read_code(page, tmp_path / "code.png")
    shown = page.locator("#calendar-part").input_value()
    assert address == shown.replace("http://", "webcal://") and "kind=workshop" in address
    assert page.request.get(shown).text().startswith("BEGIN:VCALENDAR")


def test_own_time_is_a_choice_that_is_kept(browser: Browser, served: Served) -> None:
    person = Watched(browser.new_context(timezone_id="Asia/Tokyo"), served.base)
    page = person.open(f"{HOME}?day=1")
    first = page.locator(".agenda-slots time").first
    expect(first).to_have_text("09:00")
    page.get_by_label("where I am").check()
    expect(first).to_have_text("17:00")
    page.reload()
    expect(first).to_have_text("17:00")
    expect(page.locator(".agenda-day-head")).to_contain_text("Asia/Tokyo")
    page.get_by_label("of the conference").check()
    expect(first).to_have_text("09:00")
    assert person.wrong == []
    at_home = Watched(browser.new_context(timezone_id="Europe/Brussels"), served.base).open(HOME)
    expect(at_home.locator(".time-choice")).to_be_hidden()


def test_without_scripts_there_is_nothing_to_star(browser: Browser, served: Served) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{served.base}{HOME}?day=2&kind=workshop")
    assert page.locator(".star, .mine:visible, .time-choice:visible").count() == 0
    assert page.locator("[data-slot]:visible").count() > 3


def test_a_late_room_is_on_open_pages_and_at_its_door_within_ten_seconds(
    browser: Browser, served: Served, signed_in: StorageState
) -> None:
    reader, door = browser.new_page(viewport={"width": 360, "height": 800}), browser.new_page()
    reader.goto(f"{served.base}{HOME}?day=2")
    desk = Watched(browser.new_context(storage_state=signed_in), served.base)
    page = desk.open(HOME)
    page.get_by_text("Screens for the foyer and the doors").click()
    page.locator("details[open]").get_by_role("link", name="Aula").click()
    door.goto(page.url)
    page = desk.open(f"/sessions/manage/{SLUG}/late")
    page.get_by_label("Room").select_option(label="Aula")
    page.get_by_label("Minutes late").fill("20")
    page.get_by_role("button", name="Show what moves").click()
    page.get_by_role("button", name="Release this now").click()
    expect(reader.locator("[data-late]")).to_contain_text("20 minutes late", timeout=10_000)
    expect(door.locator("main")).to_contain_text("10:20", timeout=10_000)
    page.get_by_role("button", name="Undo").first.click()
    expect(reader.locator("[data-late]")).not_to_contain_text("late", timeout=10_000)
    expect(door.locator("main")).not_to_contain_text("10:20", timeout=10_000)
    assert desk.wrong == []


def test_a_release_is_on_the_screen_within_ten_seconds(
    browser: Browser, served: Served, signed_in: StorageState
) -> None:
    screen = browser.new_page()
    screen.goto(f"{served.base}{HOME}screen/")
    expect(screen.get_by_role("heading", name="Opening")).to_be_visible()
    desk = browser.new_context(storage_state=signed_in)
    ask, api = desk.request, f"{served.base}/sessions/api/v1/conferences/{SLUG}"
    slots = ask.get(f"{api}/slots?limit=10").json()["items"]
    slot = next(one["id"] for one in slots if one["title"] == "Opening")
    version = ask.get(f"{api}/draft/slots/{slot}").json()["version"]
    assert ask.patch(f"{api}/slots/{slot}", data={"cancelled": True, "version": version}).ok
    assert ask.post(f"{api}/releases", data={}).ok
    expect(screen.locator("li.cancelled")).to_contain_text("Opening", timeout=10_000)


def test_a_door_screen_follows_the_clock_and_keeps_its_state_when_the_server_is_away(
    browser: Browser, served: Served
) -> None:
    page = browser.new_page()
    page.goto(f"{served.base}{HOME}screen/?theme=dark")
    expect(page.locator(".screen h3").first).to_have_text("Arrival and coffee")
    served.kill()
    expect(page.locator(".screen-stale")).to_be_visible(timeout=12_000)
    expect(page.locator(".screen h3").first).to_have_text("Arrival and coffee")
    served.start()
    expect(page.locator(".screen-stale")).to_be_hidden(timeout=12_000)
