"""How long after its commit an event takes effect in another service, on both set-ups: `make bench`."""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID, uuid4

import psycopg

from services.allinone import Stack
from shared.bus import publish
from shared.bus.topology import provision
from shared.contracts.sessions import ConferenceStated
from shared.db import Transaction
from tests.provision.postgres import postgres
from tests.provision.rabbitmq import broker
from tests.shared import toys

RATE = 100
EVENTS = 1000


def measure(environ: Mapping[str, str]) -> list[float]:
    """Milliseconds from the return of the commit to the call of the handler, one per event."""
    heard: dict[UUID, float] = {}

    def on_stated(_db: Transaction, event: ConferenceStated) -> None:
        heard[event.conference_id] = time.perf_counter()

    teller, listener = toys.toy_services()
    object.__setattr__(listener, "handlers", {ConferenceStated: on_stated})
    stack = Stack((teller, listener), environ)
    for runtime in stack.runtimes.values():
        toys.create_tables(runtime)
    stack.start()
    time.sleep(1)
    told: dict[UUID, float] = {}
    began = time.perf_counter()
    for number in range(EVENTS):
        time.sleep(max(0.0, began + number / RATE - time.perf_counter()))
        conference = uuid4()
        with stack.runtimes["sessions"].database.write() as db:
            publish(db, toys.stated(conference))
        told[conference] = time.perf_counter()
    deadline = time.monotonic() + 30
    while len(heard) < EVENTS and time.monotonic() < deadline:
        time.sleep(0.05)
    stack.stop()
    assert len(heard) == EVENTS, f"only {len(heard)} of {EVENTS} arrived"
    return [max(0.0, heard[key] - told[key]) * 1000 for key in told]


@contextmanager
def deployed() -> Iterator[dict[str, str]]:
    """Throw-away servers for the second set-up."""
    with broker() as amqp_url, postgres() as postgres_url:
        environ = {"PLENARY_BUS_URL": amqp_url}
        with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
            for name in ("sessions", "badges"):
                connection.execute(f"CREATE DATABASE bench_{name}")
                environ[f"PLENARY_{name.upper()}_DATABASE_URL"] = (
                    f"{postgres_url.rpartition('/')[0]}/bench_{name}"
                )
        provision(amqp_url, {service.name: service.subscriptions for service in toys.toy_services()})
        yield environ


def report(name: str, times: list[float]) -> None:
    cuts = statistics.quantiles(times, n=100)
    print(
        f"{name:24} {RATE} events/s: p50 {cuts[49]:6.2f} ms   p99 {cuts[98]:6.2f} ms   max {max(times):6.2f} ms"
    )


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder:
        report("SQLite + in-process", measure({"DATA": folder}))
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder, deployed() as environ:
        report("PostgreSQL + RabbitMQ", measure({**environ, "DATA": folder}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
