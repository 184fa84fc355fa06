"""The QR code of a calendar, read from what Chromium shows and prints by the decoder that also reads badges."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.conftest import Watched
from tests.harness import SLUG, SteppedStack
from tests.journeys.people import Organiser, Participant
from tests.served import Served, serving

HOME = f"/sessions/{SLUG}/"
PHONE, DESK = {"width": 360, "height": 800}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def folder(sqlite_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(sqlite_demo, tmp_path_factory.mktemp("codes") / "data")


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
    with serving({"DATA": str(folder), "PLENARY_LOG_LEVEL": "WARNING"}) as process:
        yield process


def codes_in(picture: Path) -> list[str]:
    """What zbar reads in a picture, sorted."""
    found = subprocess.run(
        ["zbarimg", "-q", "--raw", str(picture)], capture_output=True, text=True, check=False
    )
    return sorted(found.stdout.splitlines())


def webcal_of(field: Locator) -> str:
    return "webcal://" + field.input_value().partition("://")[2]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_each_calendar_of_the_agenda_has_its_code(
    browser: Browser, served: Served, tmp_path: Path, size: dict[str, int], colours: str
) -> None:
    person = Watched(browser.new_context(viewport=size, color_scheme=colours), served.base)  # type: ignore[arg-type]
    page = person.open(f"{HOME}?day=2")
    fields = page.get_by_label("Or copy this address")
    expect(fields).to_have_count(2)
    shown = tmp_path / "shown.png"
    page.locator("#calendar").screenshot(path=shown)
    assert codes_in(shown) == sorted(webcal_of(fields.nth(number)) for number in (0, 1))
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    person.picture(f"subscribe-{colours}-{size['width']}")
    assert person.wrong == []


def test_paper_has_the_code_and_no_buttons(browser: Browser, served: Served, tmp_path: Path) -> None:
    page = Watched(browser.new_context(), served.base).open(HOME)
    wanted = webcal_of(page.get_by_label("Or copy this address"))
    page.pdf(path=tmp_path / "agenda.pdf", format="A4")
    subprocess.run(["pdftoppm", "-r", "150", "-png", "agenda.pdf", "page"], cwd=tmp_path, check=True)
    found = [code for picture in sorted(tmp_path.glob("page*.png")) for code in codes_in(picture)]
    assert found == [wanted]
    page.emulate_media(media="print")
    expect(page.locator("#calendar").get_by_role("link")).to_have_count(0)


def test_a_search_too_long_for_a_code_is_offered_without_one(browser: Browser, served: Served) -> None:
    page = Watched(browser.new_context(), served.base).open(f"{HOME}?q={'%F0%9F%8E%93' * 100}")
    expect(page.get_by_label("Or copy this address")).to_have_count(2)
    expect(page.locator(".subscribe-code")).to_have_count(1)


def test_the_secret_address_has_a_code_only_while_it_is_shown(
    browser: Browser, served: Served, personal_link: str, tmp_path: Path
) -> None:
    person = Watched(browser.new_context(viewport=DESK, color_scheme="dark"), served.base)
    page = person.open(f"{personal_link}/go?to={HOME}me")
    expect(page.locator(".qr")).to_have_count(0)
    page.get_by_role("button", name="Make the address").click()
    page.locator("#calendar").screenshot(path=tmp_path / "shown.png")
    assert codes_in(tmp_path / "shown.png") == [webcal_of(page.get_by_label("Or copy this address"))]
    person.picture("my-calendar-code")
    page.pdf(path=tmp_path / "mine.pdf")
    subprocess.run(["pdftoppm", "-r", "150", "-png", "mine.pdf", "page"], cwd=tmp_path, check=True)
    assert [code for picture in tmp_path.glob("page*.png") for code in codes_in(picture)] == []
    page.goto(f"{served.base}{HOME}me")
    expect(page.get_by_role("button", name="Make a new address")).to_be_visible()
    expect(page.locator(".qr")).to_have_count(0)
    assert person.wrong == []
