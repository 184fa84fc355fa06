"""The journey of the first day, walked in Chromium as its people walk it."""

import re

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Watched
from tests.harness import SLUG
from tests.served import Served

NAME = "Ζωή Παπαδοπούλου"
ADDRESS = "zoi@plenary.example"


def context_of(browser: Browser, served: Served, **options: object) -> Watched:
    return Watched(browser.new_context(**options), served.base)  # type: ignore[arg-type]


def test_from_the_agenda_to_a_badge_in_the_hand(browser: Browser, served: Served) -> None:
    phone = context_of(
        browser, served, viewport={"width": 360, "height": 800}, is_mobile=True, has_touch=True
    )
    desk = context_of(browser, served, viewport={"width": 1280, "height": 900})
    look_at_the_agenda(phone)
    register(phone)
    sign_in(desk, served)
    approve(desk)
    see_the_badge(phone)
    move_a_session(desk)
    expect_the_new_time(phone)
    assert phone.wrong == []
    assert desk.wrong == []


def look_at_the_agenda(visitor: Watched) -> None:
    page = visitor.open("/")
    page.get_by_role("link", name="eTwinning for Future Teachers").first.click()
    expect(page.get_by_text("Rehearsal").first).to_be_visible()
    expect(page.get_by_role("heading", name="Opening").first).to_be_visible()
    visitor.picture("agenda-phone")
    page.get_by_role("link", name="Opening", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Opening")
    visitor.picture("session-phone")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360, f"the page is {width} px wide"


def register(visitor: Watched) -> None:
    page = visitor.open(f"/registration/{SLUG}/")
    page.get_by_label("Name as it should stand on your badge").fill(NAME)
    page.get_by_label("Mail address").fill(ADDRESS)
    page.get_by_label("Country").select_option("GR")
    institution = page.get_by_role("combobox", name="Institution")
    institution.press_sequentially("linde", delay=20)
    page.get_by_role("listbox").get_by_role("option").first.click()
    visitor.picture("registration-phone")
    for day in page.locator("input[name=day_ids]").all():
        day.check()
    page.locator("input[name=terms]").check()
    page.locator("input[name=privacy]").check()
    page.get_by_role("button", name="Register").click()
    page.wait_for_url("**/sent")
    visitor.picture("sent-phone")


def link_in_newest_mail(visitor: Watched) -> str:
    """Wait for a mail to this address and return where its button leads."""
    page = visitor.open("/mailbox/")
    mine = page.locator("li, tr, article").filter(has_text=ADDRESS)
    for _ in range(40):
        if mine.count():
            break
        page.wait_for_timeout(250)
        page.reload()
    mine.first.get_by_role("link").first.click()
    button = page.frame_locator("iframe").get_by_role("link", name="My registration")
    visitor.picture("mail-phone")
    return str(button.get_attribute("href"))


def sign_in(organiser: Watched, served: Served) -> None:
    page = organiser.open(served.organiser_link())
    page.get_by_role("button").first.click()
    page.wait_for_url("**/registration/manage/")
    organiser.picture("organiser-desk")


def approve(organiser: Watched) -> None:
    page = organiser.open(f"/registration/manage/{SLUG}/?state=pending")
    organiser.picture("registrations-desk")
    row = page.locator("tr", has_text=NAME)
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name=re.compile("approve", re.IGNORECASE)).first.click()
    page.goto(f"{organiser.base}/registration/manage/{SLUG}/?q=Ζωή")
    expect(page.locator("tr", has_text=NAME)).to_contain_text(re.compile("approved", re.IGNORECASE))


def see_the_badge(visitor: Watched) -> None:
    page = visitor.open(link_in_newest_mail(visitor))
    visitor.picture("personal-page-phone")
    page.get_by_role("link", name=re.compile("badge", re.IGNORECASE)).first.click()
    page.wait_for_url(f"**/badges/{SLUG}/me")
    for _ in range(20):
        if page.locator("svg").count() and page.get_by_text(NAME).count():
            break
        page.wait_for_timeout(250)
        page.reload()
    expect(page.get_by_text(NAME).first).to_be_visible()
    visitor.picture("badge-phone")


def move_a_session(organiser: Watched) -> None:
    page = organiser.open(f"/sessions/manage/{SLUG}/")
    organiser.picture("agenda-desk")
    page.locator("tr", has_text="Opening").get_by_role(
        "link", name=re.compile("^Move or cancel")
    ).first.click()
    page.wait_for_url("**/slots/**")
    page.get_by_label("Start").fill("10:17")
    page.get_by_label("Length in minutes").fill("13")
    page.get_by_role("button", name="Save in the draft").click()
    page.goto(f"{organiser.base}/sessions/manage/{SLUG}/release")
    organiser.picture("release-desk")
    page.get_by_label("Name of the release").fill("Ten past ten")
    page.get_by_role("button", name="Release now").click()
    page.wait_for_url("**/release?done=*")


def expect_the_new_time(visitor: Watched) -> None:
    page = visitor.open(f"/sessions/{SLUG}/")
    expect(page.get_by_text("10:17").first).to_be_visible()
    page = visitor.open(f"/live/{SLUG}/")
    expect(page.get_by_text("10:17").first).to_be_visible(timeout=2000)
    visitor.picture("live-phone")


def test_the_api_pages_load_nothing_from_elsewhere(browser: Browser, served: Served) -> None:
    reader = context_of(browser, served, viewport={"width": 1280, "height": 900})
    for path in ("registration", "sessions", "badges", "live"):
        page = reader.open(f"/{path}/api/v1/docs")
        expect(page.locator(".opblock").first).to_be_visible()
        reader.picture(f"api-{path}-desk")
    assert reader.wrong == []
