"""Real calendar programs that subscribe: vdirsyncer fetches over HTTP, khal shows what is in the calendar then."""

import os
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.serving import make_server

from services.sessions.models import ReleasedSlot
from shared.clock import to_local
from tests.sessions.conftest import SLUG, House
from tests.sessions.test_releasing import move, release, slot_named

SYNC = """
[general]
status_path = "{folder}/status"
[pair programme]
a = "kept"
b = "feed"
collections = null
conflict_resolution = "b wins"
[storage kept]
type = "filesystem"
path = "{folder}/events"
fileext = ".ics"
[storage feed]
type = "http"
url = "{url}"
"""
SHOW = """
[calendars]
[[programme]]
path = {folder}/events
[locale]
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
timeformat = %H:%M
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = {zone}
default_timezone = {zone}
[sqlite]
path = {folder}/khal.db
"""
# Start, end, status and title of an event, as a calendar program shows it.
Shown = tuple[str, str, str, str]


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """Somebody's computer with a subscription to one address."""

    folder: Path

    def sync(self) -> set[Shown]:
        """Fetch what is new, then look at the three days; an event that is there twice is an error."""
        self.run("vdirsyncer", "-c", str(self.folder / "sync.conf"), "sync")
        command = ("khal", "-c", str(self.folder / "khal.conf"), "list", "--once", "--day-format", "")
        text = self.run(*command, "--format", "{start}|{end}|{status}|{title}", "2026-11-25", "5d")
        rows = [line.split("|", 3) for line in text.splitlines()]
        shown = [(start, end, status.strip(), title) for start, end, status, title in rows]
        assert len(set(shown)) == len(shown)
        return set(shown)

    def run(self, *command: str) -> str:
        environ = {**os.environ, "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout


@pytest.fixture
def address(seeded: House) -> Iterator[str]:
    """Where the calendar is served over HTTP."""
    server = make_server("127.0.0.1", 0, seeded.stack.wsgi, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/sessions/{SLUG}/calendar.ics"
    server.shutdown()
    thread.join()
    server.server_close()


def subscriber(folder: Path, url: str, zone: str = "Europe/Brussels") -> Subscriber:
    (folder / "events").mkdir()
    for name, text in (("sync.conf", SYNC), ("khal.conf", SHOW)):
        (folder / name).write_text(text.format(folder=folder, url=url, zone=zone))
    made = Subscriber(folder=folder)
    made.run("vdirsyncer", "-c", str(folder / "sync.conf"), "discover")
    return made


def released(house: House, zone: str = "Europe/Brussels") -> set[Shown]:
    """What a clock in that zone says of the public programme."""
    with house.database.read() as db:
        query = select(ReleasedSlot).where(
            ReleasedSlot.holds_until.is_(None), ReleasedSlot.listed == "public"
        )
        return {
            (
                f"{to_local(slot.starts_at, zone):%Y-%m-%d %H:%M}",
                f"{to_local(slot.ends_at, zone):%Y-%m-%d %H:%M}",
                "CANCELLED" if slot.cancelled else "CONFIRMED",
                ("Cancelled: " if slot.cancelled else "") + slot.body["title"],
            )
            for slot in db.scalars(query)
        }


@pytest.mark.parametrize("query", ["", "?times=local"])
@pytest.mark.parametrize("zone", ["Europe/Brussels", "Asia/Tokyo", "America/St_Johns"])
def test_a_subscriber_sees_the_programme_on_the_own_clock(
    seeded: House, address: str, tmp_path: Path, zone: str, query: str
) -> None:
    shown = subscriber(tmp_path, address + query, zone).sync()
    assert shown == released(seeded, zone)
    assert len(shown) > 40


@pytest.mark.parametrize("query", ["", "?times=local"])
def test_new_moved_and_cancelled_reach_a_subscriber_with_the_release(
    seeded: House, address: str, tmp_path: Path, query: str
) -> None:
    reader = subscriber(tmp_path, address + query)
    before = reader.sync()
    opening = slot_named(seeded, "Opening")
    move(seeded, "Opening", starts_at=opening.starts_at + timedelta(minutes=5))
    move(seeded, "The course nobody can skip", cancelled=True)
    again = {
        "session_id": str(opening.session_id),
        "room_id": str(opening.room_id),
        "starts_at": "2026-11-26T18:00:00Z",
        "ends_at": "2026-11-26T18:10:00Z",
    }
    answer = seeded.organiser().post(f"/sessions/api/v1/conferences/{SLUG}/slots", json=again)
    assert answer.status_code == 201, answer.text
    assert reader.sync() == before, "a draft"
    release(seeded)
    after = reader.sync()
    assert after == released(seeded)
    assert sorted((start[11:], status, title) for start, _, status, title in after - before) == [
        ("10:05", "CONFIRMED", "Opening"),
        ("10:30", "CANCELLED", "Cancelled: The course nobody can skip"),
        ("19:00", "CONFIRMED", "Opening"),
    ]
    assert sorted(title for _, _, _, title in before - after) == ["Opening", "The course nobody can skip"]


def test_a_client_that_has_it_is_sent_nothing_until_the_next_release(seeded: House, address: str) -> None:
    def fetch(tag: str) -> tuple[int, int, str]:
        request = urllib.request.Request(address, headers={"If-None-Match": tag})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, len(answer.read()), answer.headers["ETag"]
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, len(answer.read()), answer.headers["ETag"]

    status, size, tag = fetch('"none"')
    assert status == 200 and size > 10_000
    assert fetch(tag) == (304, 0, tag)
    move(seeded, "Opening", starts_at=slot_named(seeded, "Opening").starts_at + timedelta(minutes=5))
    assert fetch(tag) == (304, 0, tag), "a draft"
    release(seeded)
    status, size, new = fetch(tag)
    assert status == 200 and size > 10_000 and new != tag
    assert fetch(new) == (304, 0, new)
