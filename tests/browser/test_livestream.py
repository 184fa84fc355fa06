"""The live page in Chromium: real video without a stall, whatever becomes of the origin, and no early end."""

import shutil
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from services.sessions.queries import conferences
from services.sessions.usecases.conferences import state_conference
from services.settings import embedded_environ
from services.streaming_gateway.models import Stage
from shared.clock import now
from shared.db import Database
from tests.browser.conftest import Watched
from tests.browser.test_journey import sign_in
from tests.browser.watching import picture, seen, start_sampling, wait_for_picture
from tests.facts import at
from tests.harness import SLUG
from tests.served import Served, serving
from tests.streaming_gateway.clips import made_clips
from tests.streaming_gateway.origins import LiveOrigin, hang, instead, status

LIVE = f"/live/{SLUG}/"
PHONE = {"viewport": {"width": 360, "height": 740}}
DESK = {"viewport": {"width": 1280, "height": 900}}
SMALL = {"viewport": {"width": 320, "height": 360}}  # painting is what costs, where no graphics card helps
QUIET = {"PLENARY_LOG_LEVEL": "ERROR"}


@pytest.fixture
def loop(embedded_demo_environ: dict[str, str]) -> Iterator[Served]:
    """The demonstration with its test programme."""
    made_clips()
    with serving({**embedded_demo_environ, **QUIET}) as process:
        yield process


@pytest.fixture
def origin() -> Iterator[LiveOrigin]:
    served = LiveOrigin(made_clips()[1])
    yield served
    served.close()


@pytest.fixture
def fed(tmp_path: Path, sqlite_demo: Path, origin: LiveOrigin) -> Iterator[Served]:
    """Another installation, whose open stage shows what an origin sends."""
    environ = {"DATA": str(shutil.copytree(sqlite_demo, tmp_path / "fed"))}
    connect(environ, origin.url)
    with serving({**environ, **QUIET, "PLENARY_STREAMING_GATEWAY_ORIGIN_ALLOW": "127.0.0.1"}) as process:
        yield process


def connect(environ: dict[str, str], source: str) -> None:
    """Name another source for the stages that are open."""
    database = Database(embedded_environ(environ)["PLENARY_STREAMING_GATEWAY_DATABASE_URL"])
    with database.write() as db:
        db.execute(update(Stage).where(Stage.state == "open").values(source=source))
    database.close()


def set_clock(served: Served, at: datetime) -> None:
    """Make it this moment at the conference, to the second."""
    database = Database(embedded_environ(served.environ)["PLENARY_SESSIONS_DATABASE_URL"])
    with database.write() as db:
        conference = conferences.get_conference(db, SLUG)
        conference.clock_offset = round((at - now()).total_seconds())
        state_conference(db, conference, now=now())
    database.close()


NO_HLS_JS = "delete window.MediaSource; delete window.ManagedMediaSource; delete window.WebKitMediaSource;"


def watch(browser: Browser, served: Served, size: dict[str, object], script: str = "") -> Watched:
    """Open the live page and wait until the picture moves."""
    viewer = Watched(browser.new_context(**size), served.base)  # type: ignore[arg-type]
    viewer.page.add_init_script(script)
    viewer.open(LIVE)
    wait_for_picture(viewer.page)
    start_sampling(viewer.page)
    return viewer


def test_a_minute_plays_without_a_stall_across_the_loop_and_through_every_fault_of_an_origin(
    browser: Browser, loop: Served, fed: Served, origin: LiveOrigin
) -> None:
    by_itself = watch(browser, loop, SMALL, NO_HLS_JS)  # the browser's own player, as on an iPhone
    viewers = [by_itself, watch(browser, loop, SMALL), watch(browser, fed, SMALL)]
    assert by_itself.page.locator("#picture").get_attribute("src")
    went_wrong = suffer(viewers[2].page, origin)
    for viewer in viewers:
        what = seen(viewer.page)
        assert what.played >= 57, what
        assert what.stalled == 0, what
        assert picture(viewer.page)["width"] == 640
        assert viewer.wrong == []
        assert not viewer.page.context.cookies()
    assert went_wrong == ["Short pause"] * 4


def suffer(page: Page, origin: LiveOrigin) -> list[str]:
    """A minute of an origin's life; returns what the page said in the middle of each fault."""
    said = []
    pill = page.locator(".stage-bar .badge")
    page.wait_for_timeout(4000)
    for fault in (refuse, hang_up, go_stale, lose_its_encoder):
        fault(origin)
        page.wait_for_timeout(7000)
        said.append(pill.inner_text())
        page.wait_for_timeout(1500)
        origin.recover()
        page.wait_for_timeout(5500)
        expect(pill).to_have_text("Live", timeout=8000)
    page.wait_for_timeout(3000)
    return said


def refuse(origin: LiveOrigin) -> None:
    origin.stop_listening()


def hang_up(origin: LiveOrigin) -> None:
    origin.playlist = origin.segment = hang


def go_stale(origin: LiveOrigin) -> None:
    origin.playlist = instead(origin.live_playlist())


def lose_its_encoder(origin: LiveOrigin) -> None:
    """Nothing is there for a while, and what comes back counts from zero."""
    origin.playlist = status(404)
    origin.restart_numbering()


def test_the_countdown_opens_by_itself_and_the_end_comes_by_itself(browser: Browser, loop: Served) -> None:
    set_clock(loop, at("07:44") + timedelta(seconds=50))
    viewer = Watched(browser.new_context(**PHONE), loop.base)  # type: ignore[arg-type]
    page = viewer.open(LIVE)
    expect(page.get_by_text("The stage opens at 08:45", exact=True)).to_be_visible(timeout=5000)
    viewer.picture("live-countdown-phone")
    wait_for_picture(page, 25)
    media = page.locator("#media")
    assert (media.get_attribute("data-playlist") or "").endswith("/index.m3u8")
    set_clock(loop, at("17:59") + timedelta(seconds=55))
    expect(page.get_by_text("The open stage is closed", exact=True)).to_be_visible(timeout=15000)
    assert picture(page)["hidden"]
    assert media.get_attribute("data-playlist") == ""
    viewer.picture("live-over-phone")
    assert viewer.wrong == []


def test_the_operator_holds_goes_on_ends_and_opens_again_while_people_watch(
    browser: Browser, loop: Served
) -> None:
    viewer = watch(browser, loop, PHONE)
    desk = Watched(browser.new_context(**DESK), loop.base)  # type: ignore[arg-type]
    sign_in(desk, loop)
    page = desk.open(f"/live/manage/{SLUG}/")
    page.get_by_role("link", name="Open day").click()
    pill = viewer.page.locator(".stage-bar .badge")
    expect(page.get_by_text("Watching now")).to_be_visible()
    page.get_by_role("button", name="Hold: show the pause picture").click()
    expect(pill).to_have_text("Short pause", timeout=8000)
    expect(page.locator("[data-part=reason]")).to_contain_text("the pause picture", timeout=8000)
    viewer.picture("live-held-phone")
    desk.picture("stage-held-desk")
    page.get_by_role("button", name="Go on").click()
    expect(pill).to_have_text("Live", timeout=8000)
    page.get_by_text("End the stage early").click()
    page.get_by_role("button", name="End it now").click()
    expect(viewer.page.get_by_text("The open stage is closed", exact=True)).to_be_visible(timeout=8000)
    assert seen(viewer.page).stalled == 0
    page.get_by_role("button", name="Open again").click()
    expect(pill).to_have_text("Live", timeout=8000)
    wait_for_picture(viewer.page)
    assert viewer.wrong == [] and desk.wrong == []


def test_nothing_is_over_before_it_is_over(browser: Browser, loop: Served) -> None:
    viewer = watch(browser, loop, PHONE)
    loop.kill()
    viewer.page.wait_for_timeout(1000)
    assert "closed" not in viewer.page.locator("main").inner_text()
    loop.start()
    deadline = time.monotonic() + 20
    while (played := seen(viewer.page).played) < 8 and time.monotonic() < deadline:
        viewer.page.wait_for_timeout(200)
    assert played >= 8
    assert seen(viewer.page).longest < 5  # how long a start takes is the machine's business
