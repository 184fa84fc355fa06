"""The pages that nginx shows by itself read well: on a phone and a desk, in light and dark, without any service."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PICTURES
from tests.provision.nginx import SOURCE, nginx
from tests.served import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with nginx(tmp_path_factory.mktemp("away")) as started:
        yield started


def reading(page: Page, base: str) -> None:
    page.goto(f"{base}/sessions/somewhere/")


def sending(page: Page, base: str) -> None:
    """As a form does; made by script, because every page that has forms is away."""
    page.goto(f"{base}/sessions/somewhere/")
    with page.expect_navigation():
        page.evaluate(
            """(url) => {
                const form = Object.assign(document.createElement("form"), { method: "post", action: url });
                document.body.append(form);
                form.submit();
            }""",
            f"{base}/sessions/somewhere/",
        )


def sending_too_much(page: Page, _base: str) -> None:
    page.goto((SOURCE / "pages" / "too_large.html").as_uri())


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (reading, "One moment, please"),
        (sending, "That may not have arrived"),
        (sending_too_much, "That file is too large"),
    ],
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_readable_for_everybody(browser: Browser, base: str, act, words: str, scheme) -> None:
    for width in (320, 1280):
        context = browser.new_context(viewport={"width": width, "height": 760}, color_scheme=scheme)
        page = context.new_page()
        act(page, base)
        assert page.locator("h1").inner_text() == words
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run().then((result) => result.violations.map((each) => each.id))")
        assert found == []
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(PICTURES) / f"away-{act.__name__}-{scheme}-{width}.png")
        context.close()
