"""How long after a release the live page in a browser shows what has changed."""

import argparse
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import APIRequestContext, Browser, Page, sync_playwright

from tests.browser.conftest import Watched
from tests.browser.test_journey import sign_in
from tests.deployment.stack import Deployment, deployed_stack
from tests.harness import SLUG
from tests.provision.chromium import OPTIONS, executable
from tests.served import Served, serving

API = f"/sessions/api/v1/conferences/{SLUG}"
SHOWN = """() => {
  window.shown = {};
  new MutationObserver(() => {
    const text = document.querySelector("[data-part=programme] time").textContent;
    window.shown[text] ??= Date.now() / 1000;
  }).observe(document.body, { childList: true, subtree: true });
}"""


def measure(browser: Browser, served: Served | Deployment, releases: int) -> list[float]:
    """Seconds from the request that releases to the changed page, once per release."""
    desk = Watched(browser.new_context(), served.base)
    sign_in(desk, served)
    desk.open(f"/sessions/manage/{SLUG}/")
    viewer = browser.new_context().new_page()
    viewer.goto(f"{served.base}/live/{SLUG}/")
    viewer.evaluate(SHOWN)
    slot = viewer.request.get(f"{served.base}/live/{SLUG}/state.json").json()["now"]
    return [
        _release(desk.page.request, viewer, served.base, slot, minutes=1 + number)
        for number in range(releases)
    ]


def _release(
    organiser: APIRequestContext, viewer: Page, base: str, slot: dict[str, Any], *, minutes: int
) -> float:
    ends_at = datetime.fromisoformat(slot["ends_at"]) - timedelta(minutes=minutes % 10)
    draft = organiser.get(f"{base}{API}/draft/slots/{slot['id']}")
    headers = {"If-Match": draft.headers["etag"]}
    body = {"ends_at": ends_at.isoformat()}
    moved = organiser.patch(f"{base}{API}/slots/{slot['id']}", data=body, headers=headers)
    assert moved.ok, moved.text()
    viewer.evaluate("() => { window.shown = {}; }")
    began = time.time()
    assert organiser.post(f"{base}{API}/releases", data={"comment": "bench"}).status == 201
    while not (shown := viewer.evaluate("() => window.shown")):
        assert time.time() - began < 20, "the page did not change"
        viewer.wait_for_timeout(50)
    return float(min(shown.values())) - began


def show(name: str, took: list[float]) -> None:
    took = sorted(took)
    p50, p95 = took[len(took) // 2], took[int(len(took) * 0.95)]
    print(
        f"{name}: release to changed live page, {len(took)} releases: "
        f"p50 {p50:.2f} s, p95 {p95:.2f} s, longest {took[-1]:.2f} s",
        flush=True,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=40)
    chosen = parser.parse_args()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory(prefix="plenary-release-") as name:
        folder = Path(name)
        browser = playwright.chromium.launch(executable_path=executable(), args=list(OPTIONS))
        with serving({"DATA": str(folder / "embedded"), "PLENARY_LOG_LEVEL": "ERROR"}) as served:
            show("embedded", measure(browser, served, chosen.releases))
        with deployed_stack(folder) as deployment:
            deployment.start()
            deployment.seed_demo()
            show("split, through nginx", measure(browser, deployment, chosen.releases))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
