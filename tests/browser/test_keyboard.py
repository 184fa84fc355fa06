"""The journeys by keyboard alone: every stop can be seen, comes in order, lies under nothing, and can be left."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from services.settings import embedded_environ
from shared.mail.mailbox import Mailbox
from tests.browser.conftest import Watched
from tests.browser.watching import wait_for_picture
from tests.harness import SLUG
from tests.served import Served, serving

NAME, ADDRESS = "Ζωή Παπαδοπούλου", "zoi@plenary.example"
DESK = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", "reduced_motion": "reduce"}
PHONE = {**DESK, "viewport": {"width": 360, "height": 800}}
MOST_STOPS = 400
# Asked after each Tab. Parts of a date and of a player's own controls are stops inside one element.
STOP = """async (target) => {
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  const at = document.activeElement, last = window.lastStop, wrong = [];
  window.firstStop ??= at;
  if (at === document.body || (last && last !== at && at === window.firstStop))
    return { there: false, outside: true, wrong };
  const whole = at.closest("label") ?? at;
  const ringed = [at, whole].some((each) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  });
  if (!ringed && at !== last && !at.matches("video[controls]")) wrong.push("no outline");
  const { left, top, width, height } = whole.getBoundingClientRect();
  const met = document.elementFromPoint(left + Math.min(width / 2, 20), top + height / 2);
  if (!met || !(whole.contains(met) || met.contains(whole) || met.control === at)) wrong.push("not to be seen");
  window.stays = at === last ? window.stays + 1 : 0;
  if (window.stays > 8) wrong.push("a trap");
  const follows = at === last || !last?.isConnected
    || last.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING;
  if (!follows) wrong.push("out of order");
  window.lastStop = at;
  return {
    there: at === target,
    outside: false,
    fresh: at !== last,
    wrong: wrong.map((each) => `${each}: ${at.outerHTML.slice(0, 160)}`),
  };
}"""
FORGET = "window.lastStop = window.firstStop = null"
STOPS = """() => {
  const all = "a[href], button, input, select, textarea, summary, video[controls], [tabindex='0']";
  const stops = [...document.querySelectorAll(all)].filter((each) =>
    !each.disabled && each.type !== "hidden" && each.tabIndex >= 0 && each.checkVisibility());
  const first = new Map(stops.filter((each) => each.type === "radio").map((each) => [each.name, each]));
  return stops.filter((each) => each.type !== "radio" || first.get(each.name) === each).length;
}"""


@pytest.fixture
def house(embedded_demo_environ: dict[str, str]) -> Iterator[Served]:
    """The all-in-one process with the demonstration conference."""
    with serving({**embedded_demo_environ, "PLENARY_LOG_LEVEL": "WARNING"}) as process:
        yield process


class Typist(Watched):
    """Somebody without a mouse."""

    def open(self, path: str) -> Page:
        page = super().open(path)
        page.evaluate(FORGET)
        return page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def go_to(self, target: Locator) -> None:
        """Tab on until the target has the focus."""
        element = target.element_handle()
        for _ in range(MOST_STOPS):
            self.press("Tab")
            stop = self.page.evaluate(STOP, element)
            assert stop["wrong"] == [], stop["wrong"]
            assert not stop["outside"], f"{target} is not among the stops"
            if stop["there"]:
                return
        raise AssertionError(f"{target} is too far away")

    def write(self, target: Locator, text: str) -> None:
        self.go_to(target)
        self.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def use(self, target: Locator) -> None:
        """Go to a link or button and press Enter."""
        self.go_to(target)
        self.press("Enter")

    def follow(self, target: Locator, path: str) -> None:
        """The same, and wait for the page to which it leads."""
        self.use(target)
        self.page.wait_for_url(path)
        self.page.evaluate(FORGET)


def test_a_participant_needs_no_mouse(browser: Browser, house: Served) -> None:
    phone = Typist(browser.new_context(**PHONE), house.base)  # type: ignore[arg-type]
    desk = Typist(browser.new_context(**DESK), house.base)  # type: ignore[arg-type]
    register(phone)
    sign_in(desk, house)
    approve(desk)
    link = personal_link(phone, house)
    see_the_badge(phone, link)
    cancel(phone, link)
    assert phone.wrong == []
    assert desk.wrong == []


def register(phone: Typist) -> None:
    page = phone.open(f"/registration/{SLUG}/")
    phone.write(page.get_by_label("Name as it should stand on your badge"), NAME)
    phone.write(page.get_by_label("Mail address"), ADDRESS)
    phone.go_to(page.get_by_label("Country"))
    page.keyboard.type("Greece")
    expect(page.get_by_label("Country")).to_have_value("GR")
    choose_institution(phone)
    for box in page.locator("input[name=day_ids], input[name=terms], input[name=privacy]").all():
        phone.go_to(box)
        phone.press("Space")
        expect(box).to_be_checked()
    phone.follow(page.get_by_role("button", name="Register"), "**/sent")


def choose_institution(phone: Typist) -> None:
    """Arrows move in the list, Escape closes it and keeps the text, Enter takes what is marked."""
    institution = phone.page.get_by_role("combobox", name="Institution")
    phone.write(institution, "linde")
    options = phone.page.get_by_role("listbox").get_by_role("option")
    expect(options.first).to_be_visible()
    phone.press("Escape")
    expect(options.first).to_be_hidden()
    expect(institution).to_have_value("linde")
    phone.press("ArrowDown")
    expect(options.first).to_be_visible()
    phone.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    chosen = options.first.locator("span").inner_text()
    phone.press("Enter")
    expect(institution).to_have_value(chosen)
    expect(phone.page.locator("input[name=institution_id]")).not_to_have_value("")


def sign_in(desk: Typist, house: Served) -> None:
    page = desk.open(house.organiser_link())
    desk.follow(page.get_by_role("main").get_by_role("button"), "**/registration/manage/")


def approve(desk: Typist) -> None:
    page = desk.open(f"/registration/manage/{SLUG}/?state=pending")
    desk.go_to(page.get_by_role("checkbox", name=re.compile(NAME)))
    desk.press("Space")
    desk.use(page.get_by_role("button", name="Approve"))
    expect(page.get_by_role("status")).to_contain_text("1 decided")


def personal_link(phone: Typist, house: Served) -> str:
    """Where the button of the newest mail to this address leads."""
    folder = embedded_environ(house.environ)["PLENARY_MAIL_URL"].removeprefix("mailbox://")
    for _ in range(100):
        for mail in Mailbox(Path(folder)).list():
            found = re.search(r"/registration/me/[A-Za-z0-9_-]+", mail.text)
            if mail.to == ADDRESS and found:
                return found[0]
        phone.page.wait_for_timeout(100)
    raise AssertionError("no mail came")


def see_the_badge(phone: Typist, link: str) -> None:
    page = phone.open(link)
    phone.follow(page.get_by_role("link", name="My badge"), f"**/badges/{SLUG}/me")
    while not page.locator("main svg").count():
        page.wait_for_timeout(100)
        page.reload()
    expect(page.get_by_text(NAME).first).to_be_visible()


def cancel(phone: Typist, link: str) -> None:
    page = phone.open(link)
    phone.follow(page.get_by_role("link", name="Cancel my registration"), "**/cancel")
    phone.follow(page.get_by_role("button", name="Cancel my registration"), f"**{link}*")
    expect(page.get_by_text("This registration is cancelled")).to_be_visible()


def test_an_organiser_needs_no_mouse(browser: Browser, house: Served) -> None:
    desk = Typist(browser.new_context(**DESK), house.base)  # type: ignore[arg-type]
    sign_in(desk, house)
    print_badges(desk)
    move_the_opening(desk)
    release(desk)
    page = desk.open(f"/sessions/{SLUG}/")
    expect(page.get_by_text("10:17").first).to_be_visible()
    assert desk.wrong == []


def print_badges(desk: Typist) -> None:
    page = desk.open(f"/badges/manage/{SLUG}/")
    desk.go_to(page.get_by_label("Which badges"))
    page.keyboard.type("All")
    expect(page.get_by_label("Which badges")).to_have_value("all")
    with page.expect_download() as download:
        desk.use(page.get_by_role("button", name="Make the PDF"))
    assert download.value.path().read_bytes().startswith(b"%PDF-")


def move_the_opening(desk: Typist) -> None:
    page = desk.open(f"/sessions/manage/{SLUG}/")
    row = page.locator("tr", has_text="Opening").first
    desk.follow(row.get_by_role("link", name=re.compile("^Move or cancel")), "**/slots/**")
    desk.go_to(page.get_by_label("Start"))
    page.keyboard.type("1017")
    expect(page.get_by_label("Start")).to_have_value("10:17")
    desk.write(page.get_by_label("Length in minutes"), "13")
    desk.use(page.get_by_role("button", name="Save in the draft"))
    page.wait_for_url(re.compile(rf"/sessions/manage/{SLUG}/(\?|#|$)"))


def release(desk: Typist) -> None:
    page = desk.open(f"/sessions/manage/{SLUG}/release")
    desk.write(page.get_by_label("Name of the release"), "Ten past ten")
    desk.follow(page.get_by_role("button", name="Release now"), "**/release?done=*")


def test_pages_are_walked_to_their_end_and_back(browser: Browser, house: Served) -> None:
    desk = Typist(browser.new_context(**DESK), house.base)  # type: ignore[arg-type]
    sign_in(desk, house)
    for path in (
        f"/sessions/{SLUG}/",
        f"/registration/{SLUG}/",
        f"/live/{SLUG}/",
        f"/badges/{SLUG}/door",
        f"/sessions/manage/{SLUG}/sessions/new",
        f"/badges/manage/{SLUG}/door",
    ):
        page = desk.open(path)
        if path.startswith("/live/"):
            wait_for_picture(page)  # the player brings stops of its own
        seen = 0
        while seen < MOST_STOPS:
            desk.press("Tab")
            stop = page.evaluate(STOP, None)
            assert stop["wrong"] == [], (path, stop["wrong"])
            if stop["outside"]:
                break
            seen += stop["fresh"]
        assert seen == page.evaluate(STOPS), path
        for _ in range(2):
            desk.press("Shift+Tab")
        assert page.evaluate("document.activeElement !== document.body"), path


def test_the_first_stop_skips_to_the_content(browser: Browser, house: Served) -> None:
    visitor = Typist(browser.new_context(**PHONE), house.base)  # type: ignore[arg-type]
    for path in ("/sessions/", f"/sessions/{SLUG}/", f"/registration/{SLUG}/", f"/live/{SLUG}/"):
        page = visitor.open(path)
        skip = page.get_by_role("link", name="Skip to the content")
        visitor.go_to(skip)
        expect(skip).to_be_in_viewport()
        visitor.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        visitor.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)"), path
