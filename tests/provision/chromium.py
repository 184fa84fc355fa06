"""Where the machine's own Chromium is, with the options a test browser needs."""

import shutil
from pathlib import Path

MISSING = "Chromium is not installed. On Debian: apt-get install chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable() -> Path:
    """The browser to start; raises RuntimeError where there is none."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    raise RuntimeError(MISSING)
