"""How fast the relay empties a backlog, beside bare pika with as wide a window on the same broker: `make bench`."""

import statistics
import sys
import tempfile
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any
from uuid import uuid4

import pika
from sqlalchemy import insert

from shared.bus.amqp_publisher import WINDOW, AmqpPublisher
from shared.bus.bell import Bell
from shared.bus.envelope import CONTENT_TYPE
from shared.bus.outbox import count_unsent, row_of
from shared.bus.publisher import Message, message_of
from shared.bus.relay import UNSENT, Relay
from shared.bus.tables import Outbox
from shared.bus.topology import EXCHANGE, queue_of
from shared.runtime import Runtime
from tests.benchmarks.latency import deployed
from tests.conftest import purge
from tests.harness import SteppedStack
from tests.shared.toys import create_tables, stated, toy_services

EVENTS = 10_000
SUBJECTS = 2_500
ROUNDS = 3


def fill(runtime: Runtime) -> list[Message]:
    """A backlog of so many unsent rows, several of each subject; returns them as messages too."""
    subjects = [uuid4() for _ in range(SUBJECTS)]
    rows = [row_of(stated(subjects[n % SUBJECTS], version=n // SUBJECTS + 1)) for n in range(EVENTS)]
    with runtime.database.write() as db:
        db.execute(insert(Outbox), rows)
    with runtime.database.read() as db:
        return [message_of(row) for row in db.execute(UNSENT)]


def relayed(runtime: Runtime) -> float:
    """Seconds until all are confirmed and marked, by the loop that a worker runs."""
    bell, stop = Bell(), threading.Event()
    relay = Relay(runtime.database, AmqpPublisher(runtime.settings.bus_url, frozenset(), bell.ring))

    def loop() -> None:
        while not stop.is_set():
            seen = bell.rings
            if not relay.step():
                bell.wait(seen, relay.patience)

    thread = threading.Thread(target=loop)
    began = time.perf_counter()
    thread.start()
    while _unsent(runtime):
        time.sleep(0.02)
    seconds = time.perf_counter() - began
    stop.set()
    thread.join()
    relay.stand_by()
    return seconds


def _unsent(runtime: Runtime) -> int:
    with runtime.database.read() as db:
        return count_unsent(db)


def bare(url: str, messages: list[Message]) -> float:
    """Seconds until the broker has confirmed the same messages from pika alone, with as many outstanding."""
    waiting, state = deque(messages), {"open": 0, "done": 0}

    def send(channel: Any) -> None:
        while waiting and state["open"] < WINDOW:
            message = waiting.popleft()
            properties = pika.BasicProperties(
                content_type=CONTENT_TYPE,
                delivery_mode=2,
                message_id=str(message.event_id),
                type=message.type,
            )
            channel.basic_publish(EXCHANGE, message.routing_key, message.body, properties, mandatory=True)
            state["open"] += 1

    def confirmed(channel: Any, frame: Any) -> None:
        number = frame.method.delivery_tag - state["done"]
        state["done"] += number
        state["open"] -= number
        if state["done"] == len(messages):
            channel.connection.close()
        send(channel)

    def opened(channel: Any) -> None:
        channel.confirm_delivery(lambda frame: confirmed(channel, frame), callback=lambda _: start(channel))

    def start(channel: Any) -> None:
        state["began"] = time.perf_counter()
        send(channel)

    connection = pika.SelectConnection(
        pika.URLParameters(url),
        on_open_callback=lambda c: c.channel(on_open_callback=opened),
        on_close_callback=lambda c, _: c.ioloop.stop(),
    )
    connection.ioloop.start()
    return time.perf_counter() - state["began"]


def main() -> int:
    ratios = []
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as name, deployed() as environ:
        stack = SteppedStack({**environ, "DATA": str(Path(name))}, toy_services())
        for runtime in stack.runtimes.values():
            create_tables(runtime)
        teller, url = stack.service("sessions"), environ["PLENARY_BUS_URL"]
        for _ in range(ROUNDS):
            messages = fill(teller)
            ours = EVENTS / relayed(teller)
            purge(url, ("badges",))
            theirs = EVENTS / bare(url, messages)
            purge(url, ("badges",))
            ratios.append(ours / theirs)
            print(
                f"relay {ours:,.0f}/s, bare pika with {WINDOW} outstanding {theirs:,.0f}/s: {ratios[-1]:.2f}"
            )
        stack.close()
    print(f"backlog of {EVENTS} into {queue_of('badges')}: median ratio {statistics.median(ratios):.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
