"""Three toy services on the shared servers, with empty databases and queues: `with stand(setting, "f02") as here`."""

import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import pika
import psycopg
from sqlalchemy import func, select

from shared.bus.tables import Outbox
from shared.bus.topology import dead_letters_of, queue_of
from shared.db import Database, Plumbing
from tests.faults.effects import are_settled, count, settle
from tests.faults.outcome import Outcome, Setting
from tests.faults.processes import Orders, Worker, count_repeats
from tests.faults.servers import DRIVER
from tests.faults.telling import Telling
from tests.faults.toys import LISTENERS, NAMES, TELLER, Base, Effect

DRAIN_SECONDS = 120.0
LOOK_SECONDS = 0.1
PASS_SECONDS = 20.0
LATEST_PASS = 8  # a worker dies at the latest when it passes its point for this time


class Stand:
    """What a row works with. Its own connections are direct; workers may be given others."""

    def __init__(self, setting: Setting, name: str) -> None:
        self.setting, self.node = setting, setting.servers.node
        self.urls = _create_databases(setting.servers.postgres, name)
        self.databases = {service: Database(url) for service, url in self.urls.items()}
        for database in self.databases.values():
            Plumbing.metadata.create_all(database.engine)
            Base.metadata.create_all(database.engine)
        self.workers: list[Worker] = []
        self.outcome = Outcome()
        _purge(setting)

    def orders(self, service: str) -> Orders:
        return Orders(
            service=service,
            database_url=self.urls[service],
            bus_url=self.setting.servers.bus_url(service),
            log=self.setting.folder / f"{service}.log",
        )

    def start(self, service: str, **changes: Any) -> Worker:
        """A worker with direct lines, unless `changes` of its orders say otherwise."""
        worker = Worker(replace(self.orders(service), **changes))
        self.workers.append(worker)
        return worker

    def kill_at(self, service: str, points: Iterable[str], passes: int, chance: random.Random) -> int:
        """Let the worker of a service die at each point so many times, each at once after the other.

        Returns how many deaths there were; whoever passes a point and lives is a complaint.
        """
        where = [point for point in points for _ in range(passes)]
        chance.shuffle(where)
        for point in where:
            worker = self.start(service, point=f"{point}:{chance.randint(1, LATEST_PASS)}")
            if not worker.died(PASS_SECONDS):
                self.outcome.complaints.append(f"{worker.orders.point} was not passed: {worker.last_words()}")
                worker.kill()
        return len(where)

    def telling(self, **options: float) -> Telling:
        return Telling(self.databases[TELLER], self.setting.seed, **options)  # type: ignore[arg-type]

    def close(self) -> None:
        for worker in self.workers:
            worker.kill()
        for database in self.databases.values():
            database.close()

    def count_sent(self) -> int:
        """How many events the teller knows to be with the broker."""
        with self.databases[TELLER].read() as db:
            return db.scalar(select(func.count(Outbox.sent_at))) or 0

    def count_effects(self, listener: str = LISTENERS[0]) -> int:
        with self.databases[listener].read() as db:
            return count(db, Effect)

    def wait(self, holds: Callable[[], bool], seconds: float, otherwise: str) -> float:
        """Wait until something holds; returns the seconds, and complains when it takes too long."""
        began = time.monotonic()
        while not holds():
            if time.monotonic() - began > seconds:
                self.outcome.complaints.append(f"{otherwise} within {seconds:.0f} s; {self._state()}")
                break
            time.sleep(LOOK_SECONDS)
        return time.monotonic() - began

    def wait_for_effects(self, effects: int, listener: str = LISTENERS[0]) -> float:
        return self.wait(
            lambda: self.count_effects(listener) >= effects, DRAIN_SECONDS, f"{effects} effects did not come"
        )

    def drain(
        self, junk: int = 0, seconds: float = DRAIN_SECONDS, meanwhile: Callable[[], None] = lambda: None
    ) -> float:
        """Wait until nothing is on its way any more, doing something meanwhile; returns the seconds."""

        def settled() -> bool:
            meanwhile()
            return are_settled(self.databases, junk)

        return self.wait(settled, seconds, "not drained")

    def finish(self, telling: Telling, junk: Iterable[UUID] = ()) -> Outcome:
        """Settle the accounts after everything has drained."""
        settle(self.databases, self.outcome, junk)
        if telling.failures:
            self.outcome.complaints.append(f"{len(telling.failures)} commits failed: {telling.failures[0]}")
        absorbed = sum(count_repeats(log) for log in self.setting.folder.glob("*.log"))
        self.outcome.numbers["repeats absorbed"] = str(absorbed)
        return self.outcome

    def _state(self) -> str:
        ended = [worker for worker in self.workers if not worker.is_running]
        words = [f"{worker.orders.service} runs" for worker in self.workers if worker.is_running]
        return ", ".join(words) + (f"; {ended[-1].orders.service}: {ended[-1].last_words()}" if ended else "")


@contextmanager
def stand(setting: Setting, name: str) -> Iterator[Stand]:
    """Empty databases and queues, and at the end no process any more."""
    here = Stand(setting, name)
    try:
        yield here
    finally:
        here.close()


def administrator(setting: Setting) -> pika.BlockingConnection:
    """A connection to the broker that may do anything."""
    return pika.BlockingConnection(pika.URLParameters(setting.servers.bus_url(DRIVER)))


def _create_databases(server: str, name: str) -> dict[str, str]:
    plain = server.replace("postgresql+psycopg://", "postgresql://")
    urls = {service: f"{server.rpartition('/')[0]}/{name}_{service}" for service in NAMES}
    with psycopg.connect(plain, autocommit=True) as connection:
        for url in urls.values():
            database = url.rpartition("/")[2]
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {database}")
    return urls


def _purge(setting: Setting) -> None:
    connection = administrator(setting)
    try:
        channel = connection.channel()
        for service in NAMES:
            channel.queue_purge(queue_of(service))
            channel.queue_purge(dead_letters_of(service))
    finally:
        connection.close()
