"""What a release costs in which 168 of 1,000 sessions have changed, on both databases: `make bench`."""

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Engine, event, func, select

from services.sessions.app import SERVICE
from services.sessions.models import Conference, Entitlement, ReleasedSlot, Speaker, Star
from services.sessions.schedules import read_schedule
from services.sessions.usecases import import_schedule
from services.sessions.usecases.releasing import release_programme
from shared.bus.tables import Outbox
from shared.clock import now
from shared.db import Database
from shared.ids import new_id
from shared.log import set_up_logging
from tests.benchmarks.big_conference import SESSIONS, SLUG
from tests.benchmarks.big_schedule import schedule_xml
from tests.harness import SteppedStack
from tests.provision.postgres import postgres

CHANGED = 168
ROUNDS = 5
PEOPLE, STARS = 500, 10


@contextmanager
def counting() -> Iterator[list[str]]:
    """Every statement that any database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def draft(database: Database, *, late: int) -> None:
    """The programme in which so many talks begin ten minutes later; the first time it is released too."""
    schedule = read_schedule(schedule_xml(sessions=SESSIONS, late=late), filename="thousand.xml")
    with database.write() as db:
        import_schedule(db, schedule, conference_slug=SLUG, draft=True, now=now())


def release(database: Database) -> tuple[float, int, int]:
    """Seconds with the commit, events told, statements."""
    before = count_events(database)
    with counting() as asked:
        began = time.perf_counter()
        with database.write() as db:
            release_programme(db, slug=SLUG, heed_rules=False, now=now())
        took = time.perf_counter() - began
    return took, count_events(database) - before, len(asked)


def count_events(database: Database) -> int:
    with database.read() as db:
        return db.scalar(select(func.count()).select_from(Outbox)) or 0


def measure(name: str, environ: dict[str, str]) -> None:
    stack = SteppedStack(environ, [SERVICE])
    stack.prepare()
    database = stack.service("sessions").database
    draft(database, late=0)
    first = release(database)
    later = []
    for number in range(ROUNDS):
        draft(database, late=CHANGED if number % 2 == 0 else 0)
        later.append(release(database))
    gather(database)
    told = []
    for number in range(ROUNDS):
        draft(database, late=0 if number % 2 == 0 else CHANGED)
        told.append(release(database))
    stack.close()
    report(f"{name}, first release of {SESSIONS:,} sessions", [first])
    report(f"{name}, release with {CHANGED} of {SESSIONS:,} changed", later)
    report(f"{name}, the same told to {PEOPLE} with {STARS} stars each and to all its speakers", told)


def gather(database: Database) -> None:
    """Give everybody who speaks an address, and let people star what will change."""
    chance = random.Random(8)
    with database.write() as db:
        conference = db.scalars(select(Conference).where(Conference.slug == SLUG)).one()
        conference.state = "public"
        for speaker in db.scalars(select(Speaker)):
            speaker.address = f"speaker{speaker.export_id}@plenary.example"
        current = select(ReleasedSlot.slot_id).where(ReleasedSlot.holds_until.is_(None))
        ids = db.scalars(current.order_by(ReleasedSlot.export_id)).all()
        for _ in range(PEOPLE):
            person = new_id()
            entitlement = {"attendee_id": person, "conference_id": conference.id, "version": 1}
            db.add(Entitlement(**entitlement, day_ids=[str(new_id())], state="approved"))
            for slot_id in chance.sample(ids[:CHANGED], STARS):
                db.add(Star(attendee_id=person, slot_id=slot_id, conference_id=conference.id))


def report(name: str, found: list[tuple[float, int, int]]) -> None:
    took, events, asked = sorted(found)[len(found) // 2]
    best = min(seconds for seconds, _, _ in found)
    print(f"{name}: {took:.2f} s (best of {len(found)}: {best:.2f} s), {events} events, {asked} statements")


def main() -> int:
    set_up_logging("ERROR")
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder:
        measure("SQLite", {"DATA": folder})
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder, postgres() as url:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("CREATE DATABASE bench_sessions")
        own = f"{url.rpartition('/')[0]}/bench_sessions"
        measure("PostgreSQL", {"DATA": folder, "PLENARY_SESSIONS_DATABASE_URL": own})
    return 0


if __name__ == "__main__":
    sys.exit(main())
