"""The conference of 1,000 sessions in 30 rooms, served by the all-in-one process with an organiser at its desk."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from services.sessions.schedules import read_schedule
from services.sessions.usecases import import_schedule
from shared.clock import now
from shared.log import set_up_logging
from tests.benchmarks.big_schedule import schedule_xml
from tests.harness import DAY_ONE, SteppedStack, seed_demo
from tests.provision.chromium import OPTIONS, executable
from tests.served import Served, serving

SLUG = "thousand"
SESSIONS = 1000


def prepare(environ: dict[str, str]) -> None:
    """Beside the demonstration, the big conference, released."""
    stack = SteppedStack(environ)
    stack.prepare()
    stack.open()
    seed_demo(stack, DAY_ONE, stack.settle)
    schedule = read_schedule(schedule_xml(sessions=SESSIONS), filename="thousand.xml")
    with stack.service("sessions").database.write() as db:
        import_schedule(db, schedule, conference_slug=SLUG, now=now())
    stack.settle()
    stack.close()


@contextmanager
def browser_and_house() -> Iterator[tuple[Browser, Served]]:
    """Chromium, and the process it asks."""
    set_up_logging("ERROR")
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder, sync_playwright() as playwright:
        environ = {"DATA": str(Path(folder) / "data"), "PLENARY_LOG_LEVEL": "ERROR"}
        prepare(environ)
        browser = playwright.chromium.launch(executable_path=executable(), args=list(OPTIONS))
        with serving(environ) as served:
            yield browser, served
        browser.close()
