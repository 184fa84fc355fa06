"""How quick the grid is among 1,000 sessions in 30 rooms: from drop to saved, and what a held place would break."""

import sys

from playwright.sync_api import Browser, Page

from tests.benchmarks.big_conference import SLUG, browser_and_house
from tests.browser.conftest import Watched
from tests.browser.test_journey import sign_in
from tests.served import Served

MOVES = 60
COLUMNS, IN_SIGHT = 4, 8  # rooms, and talks of each, that are in sight at once
PER_ROOM = 12  # talks of a room on a day
WATCH = """() => {
  window.moments = {};
  const state = document.querySelector(".grid-state");
  const note = (name) => { window.moments[name] ??= performance.now(); };
  document.addEventListener("pointerup", () => note("dropped"), true);
  document.addEventListener("pointermove", () => { window.moved = performance.now(); }, true);
  new MutationObserver(() => {
    if (state.textContent.startsWith("Saved: ")) window.moments.dropped && note("saved");
    else if (!window.moments.dropped && window.moved) window.told = performance.now() - window.moved;
  }).observe(state, { childList: true, characterData: true, subtree: true });
}"""
QUESTIONS = """() => performance.getEntriesByType("resource")
  .filter((one) => one.name.includes("/draft/concerns")).map((one) => one.duration)"""


def open_grid(browser: Browser, served: Served) -> Page:
    desk = Watched(browser.new_context(viewport={"width": 1400, "height": 1400}), served.base)
    sign_in(desk, served)
    page = desk.open(f"/sessions/manage/{SLUG}/grid?day=1")
    page.locator(".grid-slot").first.wait_for()
    page.evaluate("() => performance.setResourceTimingBufferSize(10000)")
    page.evaluate(WATCH)
    return page


def move(page: Page, number: int) -> tuple[float, float]:
    """There and, with the next number, back; milliseconds from drop to saved, and from the last movement to told."""
    turn, is_back = divmod(number, 2)
    home = turn % (COLUMNS - 1)
    title = f"Talk {home * PER_ROOM + turn % IN_SIGHT + 1}:"
    slot = page.locator(".grid-slot", has=page.locator("strong", has_text=title))
    box, lane = slot.bounding_box(), page.locator(".grid-lane").nth(home + 1 - is_back).bounding_box()
    assert box and lane
    page.evaluate("() => { window.moments = {}; window.moved = window.told = 0; }")
    page.mouse.move(box["x"] + 20, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + 26, box["y"] + 8)
    page.mouse.move(lane["x"] + 20, box["y"] + 8)
    page.wait_for_function("() => window.told")
    told = page.evaluate("() => window.told")
    page.mouse.up()
    page.wait_for_function("() => window.moments.saved")
    moments = page.evaluate("() => window.moments")
    return moments["saved"] - moments["dropped"], told


def report(name: str, took: list[float]) -> None:
    took = sorted(took)
    p50, p95 = took[len(took) // 2], took[int(len(took) * 0.95)]
    print(f"{name}: {len(took)} times, p50 {p50:.0f} ms, p95 {p95:.0f} ms, longest {took[-1]:.0f} ms")


def main() -> int:
    with browser_and_house() as (browser, served):
        page = open_grid(browser, served)
        moves = [move(page, number) for number in range(MOVES)]
        report("editor, from drop to saved", [saved for saved, _ in moves])
        report("editor, from the last movement to what it would break", [told for _, told in moves])
        report("editor, the question alone", page.evaluate(QUESTIONS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
