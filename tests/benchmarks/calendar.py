"""How quick a calendar is given out, beside an empty answer of Flask, and made anew after one slot has changed."""

import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from services.sessions.ical import calendar_text, event_text
from services.sessions.queries import conferences, released
from services.sessions.schedules import read_schedule
from services.sessions.usecases import import_schedule
from services.sessions.usecases.calendars import calendar_entry
from shared.clock import now
from shared.db import Database
from shared.migrations import migrate
from tests.benchmarks.big_schedule import schedule_xml
from tests.benchmarks.load import Measured, measure, pooled
from tests.benchmarks.servers import bare_wsgi, granian
from tests.provision.processes import free_ports

SLUG, SESSIONS = "thousand", 300
PATH = f"/sessions/{SLUG}/calendar.ics"
WARM, ROUND, ROUNDS = 800, 3000, 3
REPEATS = 300


def get_bytes(path: str, headers: Mapping[str, str]) -> bytes:
    """A whole GET request."""
    lines = [f"GET {path} HTTP/1.1", "Host: bench", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def seed(database: Database) -> None:
    with database.write() as db:
        schedule = read_schedule(schedule_xml(sessions=SESSIONS, rooms=10, words=1), filename="bench.xml")
        import_schedule(db, schedule, conference_slug=SLUG, now=now())


def measure_served(folder: Path, database: Database) -> dict[str, Measured]:
    """Empty answers, whole calendars and 304s, taking turns."""
    our_port, floor_port = free_ports(2)
    environ = {
        "PLENARY_SESSIONS_DATABASE_URL": database.url,
        "PLENARY_BUS_URL": "memory:",
        "PLENARY_BASE_URL": f"http://127.0.0.1:{our_port}",
        "PLENARY_DATA_DIR": str(folder),
        "PLENARY_LOG_LEVEL": "WARNING",
    }
    ours = ["-m", "services", "web", "sessions", "--port", str(our_port)]
    bare = bare_wsgi("tests.benchmarks.empty_flask:app", floor_port)
    with granian(ours, our_port, environ), granian(bare, floor_port, {}):
        with urllib.request.urlopen(f"http://127.0.0.1:{our_port}{PATH}") as answer:
            etag = answer.headers["ETag"]
            print(f"{SLUG}: {SESSIONS} sessions, {len(answer.read()):,} bytes")
        asked = {
            "an empty answer of Flask": (floor_port, get_bytes("/", {})),
            "calendar.ics": (our_port, get_bytes(PATH, {})),
            "calendar.ics, not modified": (our_port, get_bytes(PATH, {"If-None-Match": etag})),
        }
        parts: dict[str, list[Measured]] = {name: [] for name in asked}
        for port, request in asked.values():
            measure(port, [request] * WARM)
        for _ in range(ROUNDS):
            for name, (port, request) in asked.items():
                parts[name].append(measure(port, [request] * ROUND))
    return {name: pooled(part) for name, part in parts.items()}


def measure_text(database: Database) -> float:
    """Milliseconds for the text of one changed slot and for joining it with the others."""
    with database.read() as db:
        conference = conferences.get_conference(db, SLUG)
        slots = list(released.list_public_slots(db, conference.id))
        made = [calendar_entry(conference, slot, "https://plenary.example") for slot in slots]
    texts = [event_text(entry) for entry in made]
    took = []
    for number in range(REPEATS):
        began = time.perf_counter()
        texts[number % SESSIONS] = event_text(made[number % SESSIONS])
        calendar_text(
            texts, name=conference.name, description="", source_url="", last_modified=conference.changed_at
        )
        took.append(time.perf_counter() - began)
    return median(took) * 1000


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as name:
        database = Database(f"sqlite:///{name}/sessions.db")
        migrate(database, "sessions")
        seed(database)
        measured = measure_served(Path(name), database)
        text = measure_text(database)
        database.close()
    floor = next(iter(measured.values()))
    for what, one in measured.items():
        print(
            f"{what:30} {one.rate:7.0f}/s ({one.rate / floor.rate:4.0%})   p50 {one.percentile(50):5.2f} ms   "
            f"p99 {one.percentile(99):5.2f} ms   {one.statuses}"
        )
    print(f"{'one slot changed':30} {text:.3f} ms for its text and the join of {SESSIONS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
