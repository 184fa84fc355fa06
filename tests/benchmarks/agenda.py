"""When the agenda of 1,000 sessions can first be read on a slow phone, and how much of it travels: `make bench`."""

import gzip
import statistics
import sys
from dataclasses import dataclass

from playwright.sync_api import Browser, Response

from tests.benchmarks.big_conference import SESSIONS, SLUG, browser_and_house

ROUNDS = 7
SLOWER = 4  # times, the processor of the browser
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
LATE = """(paint) => performance.getEntriesByType('resource')
  .filter((one) => one.startTime > paint).map((one) => new URL(one.name).pathname)"""
NEEDED = ("document", "stylesheet", "font")


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Milliseconds from the click to the first paint, then what was there; bytes as gzip sends them."""

    paint: float
    answered: float
    talks: int
    sent: int
    late: list[str]


def visit(browser: Browser, address: str) -> Visit:
    """One visit of somebody who was never here before."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    page.on("response", note)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address)
    page.wait_for_load_state("networkidle")
    paint = float(page.evaluate(PAINT))
    needed = [one for one in answers if one.request.resource_type in NEEDED]
    found = Visit(
        paint=paint,
        answered=float(page.evaluate("() => performance.getEntriesByType('navigation')[0].responseEnd")),
        talks=page.locator("main a[href*='/talks/']").count(),
        sent=sum(len(gzip.compress(one.body(), 6)) for one in needed),
        late=page.evaluate(LATE, paint),
    )
    context.close()
    return found


def report(name: str, visits: list[Visit]) -> None:
    paints = sorted(one.paint for one in visits)
    last = visits[-1]
    print(
        f"{name}: first paint at {SLOWER}x slow-down best {paints[0]:.0f} ms, "
        f"median {statistics.median(paints):.0f} ms (answered {last.answered:.0f} ms), "
        f"{last.talks} links to talks, {last.sent / 1000:.0f} kB compressed; "
        f"asked for after it: {', '.join(last.late) or 'nothing'}"
    )


def main() -> int:
    with browser_and_house() as (browser, served):
        home = f"{served.base}/sessions/{SLUG}/"
        assert visit(browser, f"{home}?day=").talks >= SESSIONS
        for name, query in (("agenda, one day of three", "?day=1"), ("agenda, all 1,000 sessions", "?day=")):
            report(name, [visit(browser, home + query) for _ in range(ROUNDS)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
