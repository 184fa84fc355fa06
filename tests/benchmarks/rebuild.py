"""How long it takes to build what badges knows anew from 100,000 events, on both set-ups: `make bench`."""

import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import insert, update

from services.allinone import Stack, four_services
from services.badges.handlers import HANDLERS
from services.rebuilding import LOOK_SECONDS
from services.settings import NAMES
from shared.bus.comparison import Comparison
from shared.bus.outbox import row_of
from shared.bus.provisioning import provision
from shared.bus.rebuild import Rebuild
from shared.bus.tables import Inbox, Outbox
from shared.clock import now
from shared.contracts.base import Event
from shared.ids import new_id
from shared.log import set_up_logging
from tests.badges.facts import make_attendee
from tests.facts import make_conference, make_erasure
from tests.provision.postgres import postgres
from tests.provision.rabbitmq import broker

EVENTS = 100_000
VERSIONS = 5  # of each attendee
ERASED_EACH = 100
AT_ONCE = 1000


def told_by_registration(events: int) -> Iterator[list[Event]]:
    """All that is retained of one attendee after another; of who left, only that."""
    for number in range(events // VERSIONS):
        who = UUID(int=1_000_000 + number)
        if number % ERASED_EACH == 0:
            yield [make_erasure(attendee_id=who, version=VERSIONS)]
        else:
            yield [
                make_attendee(
                    attendee_id=who, version=version, display_name=f"Żaneta {version} Ørsted {number}"
                )
                for version in range(1, VERSIONS + 1)
            ]


def prepare(stack: Stack, events: int) -> int:
    """Outboxes as after a long life, and badges as it is then; returns how many events are retained."""
    stack.prepare()
    lives = list(told_by_registration(events))
    retained: dict[str, list[Event]] = {
        "sessions": [make_conference()],
        "registration": [one for life in lives for one in life],
    }
    for name, told in retained.items():
        for first in range(0, len(told), AT_ONCE):
            rows = [{**row_of(event), "sent_at": now()} for event in told[first : first + AT_ONCE]]
            with stack.runtimes[name].database.write() as db:
                db.execute(insert(Outbox), rows)
    newest = [retained["sessions"][0], *(life[-1] for life in lives)]
    for first in range(0, len(newest), AT_ONCE):
        with stack.runtimes["badges"].database.write() as db:
            for event in newest[first : first + AT_ONCE]:
                HANDLERS[type(event)](db, event)
    with stack.runtimes["badges"].database.write() as db:
        db.add(Inbox(event_id=new_id(), state="done", received_at=now()))
        db.execute(update(Outbox).values(sent_at=now()))
    return sum(len(told) for told in retained.values())


def work(environ: Mapping[str, str], names: tuple[str, ...], results: Any, stop: Any) -> None:
    """The workers of these services, as a process of its own; tells its peak of memory in MiB at the end."""
    stack = Stack(four_services(), environ)
    for name in names:
        stack.runtimes[name].start_worker()
    stop.wait()
    for name in names:
        stack.runtimes[name].stop()
    results.put((names, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def measure(
    name: str, environ: Mapping[str, str], processes: tuple[tuple[str, ...], ...], events: int
) -> None:
    """Rebuild while the workers run in so many processes."""
    stack = Stack(four_services(), environ)
    count = prepare(stack, events)
    context = get_context("spawn")
    results, stop = context.Queue(), context.Event()
    started = [context.Process(target=work, args=(environ, names, results, stop)) for names in processes]
    for process in started:
        process.start()
    badges = stack.runtimes["badges"]
    publishers = {name: stack.runtimes[name].database for name in badges.service.publishers}
    rebuild = Rebuild.open(badges.service, badges.database, publishers)
    while not rebuild.step().seen:
        time.sleep(0.1)
    began = time.perf_counter()
    while not rebuild.step().complete:
        time.sleep(LOOK_SECONDS)
    filled = time.perf_counter()
    found = rebuild.swap()
    swapped = time.perf_counter()
    rebuild.drop()
    stop.set()
    peaks = dict(results.get(timeout=60) for _ in started)
    for process in started:
        process.join()
    stack.stop()
    report(name, count, filled - began, swapped - filled, found, peaks)


def report(
    name: str,
    count: int,
    filling: float,
    swapping: float,
    found: list[Comparison],
    peaks: dict[tuple[str, ...], float],
) -> None:
    rows, differing = sum(one.rows for one in found), sum(one.differing for one in found)
    memory = ", ".join(f"{' + '.join(names)} {peak:.0f} MiB" for names, peak in peaks.items())
    print(
        f"{name}: {count:,} events in {filling:.0f} s ({count / filling:.0f}/s), "
        f"compared {rows:,} rows in {swapping:.1f} s, {differing} differing; peak memory: {memory}"
    )


@contextmanager
def deployed() -> Iterator[dict[str, str]]:
    """Throw-away servers for the second set-up."""
    with broker() as amqp_url, postgres() as postgres_url:
        environ = {"PLENARY_BUS_URL": amqp_url}
        with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
            for name in NAMES:
                connection.execute(f"CREATE DATABASE bench_{name}")
                url = f"{postgres_url.rpartition('/')[0]}/bench_{name}"
                environ[f"PLENARY_{name.upper()}_DATABASE_URL"] = url
        provision(amqp_url, {service.name: service.subscriptions for service in four_services()})
        yield environ


def main() -> int:
    set_up_logging("WARNING")
    events = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder, deployed() as environ:
        processes = (("badges",), ("registration", "sessions"))
        measure("PostgreSQL + RabbitMQ", {**environ, "DATA": folder}, processes, events)
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder:
        measure("SQLite + in-process", {"DATA": folder}, (NAMES,), events)
    return 0


if __name__ == "__main__":
    sys.exit(main())
