"""The door in Chromium: a phone is paired by link, reads badges from photos and from its camera, and is revoked."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from services.badges.models import Badge, Holder
from services.settings import embedded_environ
from shared.db import Database
from shared.web import qr
from tests.browser.conftest import Watched
from tests.harness import SLUG
from tests.provision.chromium import OPTIONS, executable
from tests.served import Served

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
DOOR = f"/badges/{SLUG}/door"
PHONE = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def holders(served: Served) -> Iterator[list[tuple[str, str]]]:
    """Names and codes of valid badges, by name."""
    database = Database(embedded_environ(served.environ)["PLENARY_BADGES_DATABASE_URL"])
    query = select(Holder.display_name, Badge.code).join(Badge, Badge.attendee_id == Holder.attendee_id)
    with database.read() as db:
        rows = db.execute(query.where(Badge.revoked_at.is_(None)).order_by(Holder.folded_name)).all()
    yield [(name, code) for name, code in rows]
    database.close()


def picture_of(code: str, path: Path, *, module: int = 8) -> Path:
    """A photo of a badge's code on white paper."""
    side = qr.SIDE + 8
    image = Image.new("L", (side, side), 255)
    for y, row in enumerate(qr.modules_of(code)):
        for x, dark in enumerate(row):
            if dark == "1":
                image.putpixel((x + 4, y + 4), 0)
    image.resize((side * module, side * module), Image.Resampling.NEAREST).save(path)
    return path


def serious(page: Page) -> list[str]:
    """What axe finds serious or critical on the page as it stands."""
    page.evaluate(AXE.read_text())  # a script tag would be against the page's own rules
    found = page.evaluate("axe.run().then((result) => result.violations)")
    return [
        f"{each['id']}: {each['nodes'][0]['html']}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


def in_light_and_dark(person: Watched, name: str) -> None:
    for scheme in ("dark", "light"):
        person.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        person.page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished))")
        person.picture(f"{name}-{scheme}")
        assert serious(person.page) == []


def organiser_of(browser: Browser, served: Served) -> Watched:
    desk = Watched(browser.new_context(**DESK), served.base)  # type: ignore[arg-type]
    page = desk.open(served.organiser_link())
    page.get_by_role("button").first.click()
    page.wait_for_url("**/registration/manage/")
    return desk


def pair(phone: Watched, desk: Watched, *, name: str) -> None:
    """The organiser makes a link; the phone opens it."""
    page = desk.open(f"/badges/manage/{SLUG}/door")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Link", exact=True).input_value()
    in_light_and_dark(desk, "door-invitation-desk")
    page = phone.open(link)
    in_light_and_dark(phone, "door-pair-phone")
    page.get_by_role("button", name="Use this device").click()
    page.wait_for_url(f"**{DOOR}")
    assert phone.page.evaluate("document.cookie") == ""
    phone.open(link)
    expect(page.get_by_role("heading", name="This link no longer works")).to_be_visible()
    phone.wrong.clear()  # the browser notes the 404
    in_light_and_dark(phone, "door-spent-phone")
    page.get_by_role("link", name="Go to the door").click()


def test_a_phone_at_the_door(
    browser: Browser, served: Served, holders: list[tuple[str, str]], tmp_path: Path
) -> None:
    phone = Watched(browser.new_context(**PHONE), served.base)  # type: ignore[arg-type]
    desk = organiser_of(browser, served)
    phone.open(DOOR)
    in_light_and_dark(phone, "door-unpaired-phone")
    pair(phone, desk, name="Main entrance")
    (first, first_code), (second, second_code), *_ = holders
    page = phone.page
    in_light_and_dark(phone, "door-ready-phone")

    page.locator("#photo").set_input_files(picture_of(first_code, tmp_path / "first.png"))
    expect(page.locator("#answer")).to_have_attribute("data-kind", "ok")
    expect(page.locator("#answer")).to_contain_text(first)
    expect(page.locator("#count")).to_contain_text(re.compile(r"^1 of"))
    in_light_and_dark(phone, "door-ok-phone")

    page.locator("#photo").set_input_files(tmp_path / "first.png")
    expect(page.locator("#answer")).to_have_attribute("data-kind", "again")
    expect(page.locator("#answer")).to_contain_text("Main entrance")
    in_light_and_dark(phone, "door-again-phone")

    page.get_by_label("Code, from a hand scanner or typed").fill("https://www.example.org/ticket")
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_have_attribute("data-kind", "no")
    expect(page.locator("#answer")).to_contain_text("not a badge")
    in_light_and_dark(phone, "door-no-phone")

    page.get_by_label("Code, from a hand scanner or typed").press_sequentially(second_code)
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_contain_text(second)
    expect(page.locator("#count")).to_contain_text(re.compile(r"^2 of"))
    see_it_from_the_desk(desk, first)
    page.get_by_role("button", name="Undo this scan").click()
    expect(page.locator("#answer")).to_have_attribute("data-kind", "undone")
    expect(page.locator("#count")).to_contain_text(re.compile(r"^1 of"))
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360, f"the page is {width} px wide"

    desk.page.goto(f"{desk.base}/badges/manage/{SLUG}/door")
    desk.page.get_by_role("button", name="Revoke Main entrance").click()
    expect(page.get_by_role("heading", name="This device was unpaired")).to_be_visible()
    in_light_and_dark(phone, "door-revoked-phone")
    assert [line for line in phone.wrong if "401" not in line] == []
    assert desk.wrong == []


def see_it_from_the_desk(desk: Watched, name: str) -> None:
    """The counts follow by themselves, and registration knows who has arrived."""
    page = desk.page
    page.goto(f"{desk.base}/badges/manage/{SLUG}/door")
    expect(page.locator("[data-list]").first).to_have_text("2")
    in_light_and_dark(desk, "door-desk")
    page.goto(f"{desk.base}/registration/manage/{SLUG}/?arrived=yes")
    expect(page.locator("tbody")).to_contain_text(name)
    in_light_and_dark(desk, "arrived-desk")
    page.goto(f"{desk.base}/badges/manage/{SLUG}/door")


def test_without_javascript_the_form_and_the_typed_code_are_enough(
    browser: Browser, served: Served, holders: list[tuple[str, str]]
) -> None:
    desk = organiser_of(browser, served)
    laptop = Watched(browser.new_context(**DESK, java_script_enabled=False), served.base)  # type: ignore[arg-type]
    page = desk.open(f"/badges/manage/{SLUG}/door")
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Make a link").click()
    typed = page.locator(".typed").inner_text()
    page = laptop.open(DOOR)
    page.get_by_label("Code from the organisers").fill("AAAA-AAAA")
    page.get_by_role("button", name="Pair this device").click()
    expect(page.get_by_role("alert")).to_contain_text("mistyped")
    page.get_by_label("Code from the organisers").fill(typed.lower())
    page.get_by_role("button", name="Pair this device").click()
    name, code = holders[0]
    for word in ("Welcome", "Already in"):
        page.get_by_label("Code, from a hand scanner or typed").fill(code)
        page.get_by_role("button", name="Check").click()
        expect(page.locator("#answer")).to_contain_text(word)
        expect(page.locator("#answer")).to_contain_text(name)
    laptop.picture("door-desk-plain")


@pytest.fixture
def filming(browser: Browser, tmp_path: Path, holders: list[tuple[str, str]]) -> Iterator[Browser]:
    """A browser of its own whose camera films the first badge."""
    film = film_of(holders[0][1], tmp_path)
    options = (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    started = browser.browser_type.launch(
        executable_path=executable(), headless=True, args=[*OPTIONS, *options]
    )
    yield started
    started.close()


def film_of(code: str, folder: Path) -> Path:
    """Two seconds of a badge before a camera, as uncompressed video."""
    still = picture_of(code, folder / "still.png", module=7)
    film = folder / "film.y4m"
    ffmpeg = shutil.which("ffmpeg") or get_ffmpeg_exe()
    scene = "pad=640:480:(ow-iw)/2:(oh-ih)/2:color=gray,format=yuv420p"
    command = [ffmpeg, "-y", "-loop", "1", "-i", still, "-t", "2", "-r", "10", "-vf", scene, film]
    subprocess.run(command, check=True, capture_output=True)
    return film


def test_the_camera_reads_a_badge_once_while_it_is_held_before_it(
    filming: Browser, served: Served, holders: list[tuple[str, str]]
) -> None:
    phone = Watched(filming.new_context(**PHONE, permissions=["camera"]), served.base)  # type: ignore[arg-type]
    page = phone.open(served.door_link())
    page.get_by_role("button", name="Use this device").click()
    answer = page.locator("#answer")
    expect(page.locator("#camera video")).to_be_visible()  # by itself, since it was allowed before
    expect(answer).to_have_attribute("data-kind", "ok")
    expect(answer).to_contain_text(holders[0][0])
    in_light_and_dark(phone, "door-camera-phone")
    expect(page.locator(".last-entry")).to_have_count(1)
    page.get_by_role("button", name="Close the camera").click()
    expect(page.locator("#camera")).to_be_hidden()
    assert phone.wrong == []


def test_over_plain_http_the_page_says_why_there_is_no_camera(browser: Browser, served: Served) -> None:
    """A name that is not this machine's own is no secure context, as a phone in the network sees it."""
    phone = Watched(browser.new_context(**PHONE), served.base)  # type: ignore[arg-type]
    phone.page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    page = phone.open(served.door_link())
    page.get_by_role("button", name="Use this device").click()
    expect(page.get_by_text("The camera works only over https")).to_be_visible()
    expect(page.get_by_role("button", name="Scan with the camera")).to_be_hidden()
    expect(page.get_by_text("Take a photo of a badge")).to_be_visible()
