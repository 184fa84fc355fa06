"""Watching a stage in Chromium: how far the picture has moved, and how long it stood still."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

# Looks ten times a second; a picture that stands while it should move is a stall.
SAMPLER = """() => {
  const video = document.getElementById("picture");
  const seen = (window.seen = { stalled: 0, longest: 0, played: 0, started: 0, least: Infinity });
  let at = video.currentTime, when = performance.now(), still = 0, jumped = false;
  video.addEventListener("seeking", () => (jumped = true));
  setInterval(() => {
    const now = performance.now(), moved = video.currentTime !== at;
    if (moved && !seen.started) seen.started = now;
    if (seen.started && !moved && !video.paused) still += now - when;
    else if (moved) {
      if (still > 250) seen.stalled += still;
      seen.longest = Math.max(seen.longest, still);
      still = 0;
      if (!jumped && video.currentTime > at) seen.played += video.currentTime - at;
      jumped = false;
    }
    at = video.currentTime;
    when = now;
    const ahead = [...Array(video.buffered.length).keys()].filter((n) => video.buffered.start(n) <= at);
    seen.least = Math.min(seen.least, ahead.length ? video.buffered.end(ahead.at(-1)) - at : 0);
  }, 100);
  return true;
}"""


@dataclass(frozen=True)
class Seen:
    """Seconds of media that played, in which the picture stood, the longest of these; the least ever in hand."""

    played: float
    stalled: float
    longest: float
    least: float


def start_sampling(page: Page) -> None:
    """Begin once there is a picture."""
    assert page.evaluate(SAMPLER)


def seen(page: Page) -> Seen:
    found: dict[str, Any] = page.evaluate("() => window.seen")
    return Seen(
        played=round(found["played"], 2),
        stalled=round(found["stalled"] / 1000, 2),
        longest=round(found["longest"] / 1000, 2),
        least=round(found["least"], 2),
    )


def wait_for_picture(page: Page, seconds: float = 30) -> float:
    """Wait until the picture moves; returns the seconds that took."""
    waited = 0.0
    while not page.evaluate("() => document.getElementById('picture')?.currentTime > 0.2"):
        assert waited < seconds, f"no picture after {seconds:.0f} s: {page.locator('.stage').inner_text()}"
        page.wait_for_timeout(100)
        waited += 0.1
    return waited


def picture(page: Page) -> dict[str, Any]:
    """What the player says of itself."""
    return dict(
        page.evaluate(
            "() => { const v = document.getElementById('picture');"
            " return { width: v.videoWidth, paused: v.paused, muted: v.muted, hidden: v.hidden }; }"
        )
    )
