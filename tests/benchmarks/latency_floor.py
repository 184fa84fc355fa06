"""What an outbox and an inbox cost at least: the same steps by the bare drivers, with no code of Plenary in between."""

import json
import threading
import time
from multiprocessing import get_context
from typing import Any
from uuid import UUID, uuid4

import psycopg
from kombu import Connection, Exchange, Queue

from tests.shared.toys import stated

MARK_EVERY = 0.05
PATIENCE_SECONDS = 60
Moments = dict[UUID, float]
EXCHANGE = Exchange("floor", "topic")
TABLES = """
CREATE TABLE told (seq bigserial PRIMARY KEY, id uuid NOT NULL, body text NOT NULL, sent_at timestamptz);
CREATE INDEX unsent ON told (seq) WHERE sent_at IS NULL;
CREATE TABLE heard (id uuid PRIMARY KEY);
"""


def measure_floor(amqp: str, database: str, *, events: int, rate: int) -> tuple[Moments, Moments]:
    """From the end of a commit that wrote one row to the call in another process, before its own row is committed."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(TABLES)
    context = get_context("spawn")
    results = context.Queue()
    listener = context.Process(target=_listen, args=(amqp, database, events, results))
    listener.start()
    results.get(timeout=PATIENCE_SECONDS)
    relay = _Relay(amqp, database)
    relay.start()
    told: Moments = {}
    body = json.dumps(stated().to_data())
    with psycopg.connect(database) as connection:
        began = time.perf_counter()
        for number in range(events):
            time.sleep(max(0.0, began + number / rate - time.perf_counter()))
            key = uuid4()
            connection.execute("INSERT INTO told (id, body) VALUES (%s, %s)", (key, body))
            connection.commit()
            told[key] = time.perf_counter()
            relay.bell.set()
    heard = results.get(timeout=2 * PATIENCE_SECONDS)
    listener.join()
    relay.stop()
    return told, heard


class _Relay(threading.Thread):
    """Sends what has no date, and dates it a little later."""

    def __init__(self, amqp: str, database: str) -> None:
        super().__init__(daemon=True)
        self.bell = threading.Event()
        self._amqp, self._database = amqp, database
        self._ended = False

    def stop(self) -> None:
        self._ended = True
        self.bell.set()
        self.join()

    def run(self) -> None:
        sent: list[int] = []
        marked = time.monotonic()
        with (
            psycopg.connect(self._database, autocommit=True) as connection,
            Connection(self._amqp, transport_options={"confirm_publish": True}) as broker,
        ):
            producer = broker.Producer(exchange=EXCHANGE)
            while not self._ended:
                self.bell.wait(MARK_EVERY)
                self.bell.clear()
                unsent = "SELECT seq, id, body FROM told WHERE sent_at IS NULL ORDER BY seq LIMIT 500"
                for seq, key, body in connection.execute(unsent).fetchall():
                    if seq not in sent:
                        producer.publish({"id": str(key), "data": body}, routing_key="told", delivery_mode=2)
                        sent.append(seq)
                if sent and time.monotonic() - marked > MARK_EVERY:
                    connection.execute("UPDATE told SET sent_at = now() WHERE seq = ANY(%s)", (sent,))
                    marked = time.monotonic()
                    sent.clear()


def _listen(amqp: str, database: str, events: int, results: Any) -> None:
    heard: Moments = {}
    with Connection(amqp) as broker, psycopg.connect(database) as connection:

        def on_message(message: Any) -> None:
            key = UUID(json.loads(message.body)["id"])
            connection.execute("INSERT INTO heard (id) VALUES (%s) ON CONFLICT DO NOTHING", (key,))
            heard[key] = time.perf_counter()
            connection.commit()
            message.ack()

        queue = Queue("floor", EXCHANGE, "#", queue_arguments={"x-queue-type": "quorum"})
        with broker.Consumer(queue, on_message=on_message, prefetch_count=20):
            results.put({})
            deadline = time.monotonic() + PATIENCE_SECONDS
            while len(heard) < events and time.monotonic() < deadline:
                try:
                    broker.drain_events(timeout=1)
                except TimeoutError:
                    continue
    results.put(heard)
