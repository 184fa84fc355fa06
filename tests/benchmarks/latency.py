"""How long after its commit an event takes effect in another service, beside bare kombu on the same broker."""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from typing import Any
from uuid import UUID, uuid4

import psycopg
from kombu import Connection, Exchange, Queue

from services.allinone import Stack
from shared.bus import publish
from shared.bus.provisioning import provision
from shared.contracts.sessions import ConferenceStated
from shared.db import Transaction
from shared.runtime import spare_the_collector
from tests.benchmarks.latency_floor import measure_floor
from tests.provision.postgres import postgres
from tests.provision.rabbitmq import broker
from tests.shared import toys
from tests.shared.toys import stated

RATE = 100
EVENTS = 1000
PATIENCE_SECONDS = 60
Moments = dict[UUID, float]


def make_stack(environ: Mapping[str, str], heard: Moments) -> Stack:
    """Two toy services; the listening one notes when its handler is called."""

    def on_stated(_db: Transaction, event: ConferenceStated) -> None:
        heard[event.conference_id] = time.perf_counter()

    teller, listener = toys.toy_services()
    return Stack((teller, replace(listener, handlers={ConferenceStated: on_stated})), environ)


def tell(stack: Stack) -> Moments:
    """Commit events at a steady rate; returns when each commit was done."""
    told: Moments = {}
    began = time.perf_counter()
    for number in range(EVENTS):
        time.sleep(max(0.0, began + number / RATE - time.perf_counter()))
        conference = uuid4()
        with stack.runtimes["sessions"].database.write() as db:
            publish(db, toys.stated(conference))
        told[conference] = time.perf_counter()
    return told


def wait_for_all(heard: Moments) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(heard) < EVENTS and time.monotonic() < deadline:
        time.sleep(0.05)


def measure_together(environ: Mapping[str, str]) -> tuple[Moments, Moments]:
    """Both services in this process."""
    heard: Moments = {}
    stack = make_stack(environ, heard)
    for runtime in stack.runtimes.values():
        toys.create_tables(runtime)
    stack.start()
    time.sleep(1)
    told = tell(stack)
    wait_for_all(heard)
    stack.stop()
    return told, heard


def listen_apart(environ: Mapping[str, str], results: Any) -> None:
    """The listening service's worker, as a process of its own."""
    heard: Moments = {}
    runtime = make_stack(environ, heard).runtimes["badges"]
    runtime.start_worker()
    spare_the_collector()
    results.put({})
    wait_for_all(heard)
    runtime.stop()
    results.put(heard)


def measure_apart(environ: Mapping[str, str]) -> tuple[Moments, Moments]:
    """Each service in its own process; both read the same monotonic clock."""
    stack = make_stack(environ, {})
    for runtime in stack.runtimes.values():
        toys.create_tables(runtime)
    context = get_context("spawn")
    results = context.Queue()
    listener = context.Process(target=listen_apart, args=(environ, results))
    listener.start()
    results.get(timeout=PATIENCE_SECONDS)
    stack.runtimes["sessions"].start_worker()
    spare_the_collector()
    time.sleep(1)
    told = tell(stack)
    heard = results.get(timeout=2 * PATIENCE_SECONDS)
    listener.join()
    stack.stop()
    return told, heard


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


def bare_listener(url: str, results: Any) -> None:
    """kombu alone: a quorum queue, manual acknowledgement, nothing done with what comes."""
    heard: Moments = {}

    def on_message(message: Any) -> None:
        heard[UUID(json.loads(message.body)["id"])] = time.perf_counter()
        message.ack()

    with Connection(url) as connection:
        queue = Queue("bare", Exchange("bare", "topic"), "#", queue_arguments={"x-queue-type": "quorum"})
        with connection.Consumer(queue, on_message=on_message, prefetch_count=20):
            results.put({})
            deadline = time.monotonic() + PATIENCE_SECONDS
            while len(heard) < EVENTS and time.monotonic() < deadline:
                try:
                    connection.drain_events(timeout=1)
                except TimeoutError:
                    continue
    results.put(heard)


def measure_bare(url: str) -> tuple[Moments, Moments]:
    """From just before kombu publishes, with a confirm each, to the call of the other process."""
    context = get_context("spawn")
    results = context.Queue()
    listener = context.Process(target=bare_listener, args=(url, results))
    listener.start()
    results.get(timeout=PATIENCE_SECONDS)
    told: Moments = {}
    body = stated().to_data()
    with Connection(url, transport_options={"confirm_publish": True}) as connection:
        producer = connection.Producer(exchange=Exchange("bare", "topic"))
        began = time.perf_counter()
        for number in range(EVENTS):
            time.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            key = uuid4()
            told[key] = time.perf_counter()
            producer.publish({"id": str(key), "data": body}, routing_key="bare.told", delivery_mode=2)
    heard = results.get(timeout=2 * PATIENCE_SECONDS)
    listener.join()
    return told, heard


def floor_of(environ: Mapping[str, str]) -> tuple[str, str]:
    """The same broker, and a database that nobody uses by then."""
    return environ["PLENARY_BUS_URL"], environ["PLENARY_SESSIONS_DATABASE_URL"].replace("+psycopg", "")


def report(name: str, told: Moments, heard: Moments) -> tuple[float, float]:
    """Milliseconds from the end of the commit to the call of the handler; returns p50 and p99."""
    times = [max(0.0, heard[key] - moment) * 1000 for key, moment in told.items() if key in heard]
    cuts = statistics.quantiles(times, n=100)
    print(
        f"{name:40} {len(times)} of {EVENTS} at {RATE}/s: "
        f"p50 {cuts[49]:6.2f} ms   p99 {cuts[98]:6.2f} ms   max {max(times):6.2f} ms"
    )
    return cuts[49], cuts[98]


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder:
        report("SQLite + in-process, one process", *measure_together({"DATA": folder}))
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder, deployed() as environ:
        bare = report("bare kombu, publish to handler", *measure_bare(environ["PLENARY_BUS_URL"]))
        ours = report("PostgreSQL + RabbitMQ, two processes", *measure_apart({**environ, "DATA": folder}))
        floor = report(
            "the same steps by bare drivers", *measure_floor(*floor_of(environ), events=EVENTS, rate=RATE)
        )
        print(f"ours against bare kombu: p50 {ours[0] / bare[0]:.2f} x, p99 {ours[1] / bare[1]:.2f} x")
        print(f"ours against bare drivers: p50 {ours[0] / floor[0]:.2f} x, p99 {ours[1] / floor[1]:.2f} x")
    return 0


if __name__ == "__main__":
    sys.exit(main())
