"""A real Chromium against the real process, on both set-ups; every picture is kept in var/screenshots."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.served import Served, serving

PICTURES = Path(__file__).parents[2] / "var" / "screenshots"


@pytest.fixture
def served(demo_environ: dict[str, str]) -> Iterator[Served]:
    """The all-in-one process on one of the two set-ups, with the demonstration conference."""
    with serving({**demo_environ, "PLENARY_LOG_LEVEL": "WARNING"}) as process:
        yield process


class Watched:
    """A page that remembers what went wrong in it and what it asked other hosts for."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.page: Page = context.new_page()
        self.base = base
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on("console", lambda line: self.wrong.append(line.text) if line.type == "error" else None)
        self.page.on("request", self._note_foreign)

    def _note_foreign(self, request: object) -> None:
        url = str(getattr(request, "url", ""))
        if not url.startswith((self.base, "data:", "blob:", "about:")):
            self.wrong.append(f"asked another host: {url}")

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path if path.startswith("/") else path)
        return self.page

    def picture(self, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
