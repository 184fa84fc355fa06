"""The journey of the first day through nginx and the eight processes, walked in Chromium."""

from playwright.sync_api import Browser, expect
from sqlalchemy import select

from services.badges.models import Badge, Holder
from shared.db import Database
from tests.browser import test_journey as steps
from tests.browser.conftest import Watched
from tests.browser.watching import seen, start_sampling, wait_for_picture
from tests.deployment.stack import Deployment
from tests.harness import SLUG

PHONE = {"viewport": {"width": 360, "height": 800}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1280, "height": 900}}
WATCHED_SECONDS = 5


def test_from_the_agenda_to_the_door_and_the_stage_across_all_processes(
    browser: Browser, deployment: Deployment
) -> None:
    phone, desk, scanner = (
        Watched(browser.new_context(**options), deployment.base)  # type: ignore[arg-type]
        for options in (PHONE, DESK, PHONE)
    )
    steps.look_at_the_agenda(phone)
    steps.register(phone)
    steps.sign_in(desk, deployment)
    steps.approve(desk)
    steps.see_the_badge(phone)
    come_in_at_the_door(scanner, desk, code_of(deployment, steps.NAME))
    steps.move_a_session(desk)
    steps.expect_the_new_time(phone)
    watch_the_stage(phone)
    assert phone.wrong == desk.wrong == scanner.wrong == []


def come_in_at_the_door(scanner: Watched, desk: Watched, code: str) -> None:
    """A phone is paired by link and lets somebody in; registration sees who has arrived."""
    page = desk.open(f"/badges/manage/{SLUG}/door")
    page.get_by_label("Name").fill("Main entrance")
    page.get_by_role("button", name="Make a link").click()
    scan = scanner.open(page.get_by_label("Link", exact=True).input_value())
    scan.get_by_role("button", name="Use this device").click()
    scan.wait_for_url(f"**/badges/{SLUG}/door")
    for kind in ("ok", "again"):
        scan.get_by_label("Code, from a hand scanner or typed").fill(code)
        scan.keyboard.press("Enter")
        expect(scan.locator("#answer")).to_have_attribute("data-kind", kind)
        expect(scan.locator("#answer")).to_contain_text(steps.NAME)
    scanner.picture("split-door-phone")
    for _ in range(100):
        page.goto(f"{desk.base}/registration/manage/{SLUG}/?arrived=yes")
        if page.locator("tbody tr", has_text=steps.NAME).count():
            break
        page.wait_for_timeout(100)
    expect(page.locator("tbody")).to_contain_text(steps.NAME)


def code_of(deployment: Deployment, name: str) -> str:
    """What a scanner reads from this person's badge."""
    database = Database(deployment.environ()["PLENARY_BADGES_DATABASE_URL"])
    with database.read() as db:
        query = select(Badge.code).join(Holder, Holder.attendee_id == Badge.attendee_id)
        code = db.scalars(query.where(Holder.display_name == name, Badge.revoked_at.is_(None))).one()
    database.close()
    return code


def watch_the_stage(viewer: Watched) -> None:
    """The picture comes from files that nginx hands out, and goes on."""
    page = viewer.open(f"/live/{SLUG}/")
    wait_for_picture(page, 90)
    start_sampling(page)
    for _ in range(60):
        page.wait_for_timeout(500)
        if seen(page).played >= WATCHED_SECONDS:
            break
    assert seen(page).played >= WATCHED_SECONDS
    viewer.picture("split-live-phone")
