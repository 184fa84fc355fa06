"""Short scenarios for defects that random histories seldom meet; each says what went wrong, if anything did."""

import json
import random
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pika
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from shared.bus.amqp_publisher import AmqpPublisher
from shared.bus.consumer import Consumer
from shared.bus.inbox import LONGEST_PAUSE, InboxReceiver
from shared.bus.outbox import publish
from shared.bus.publisher import Message
from shared.bus.relay import Relay
from shared.bus.topology import queue_of
from tests.simulator import toys
from tests.simulator.broker import Broker, Letter, Subscription
from tests.simulator.clock import Clock
from tests.simulator.history import toy_databases
from tests.simulator.toys import Thing
from tests.simulator.wire import simulated_pika


def scene(play: Callable[["Gamma"], str]) -> Callable[[], str]:
    """A check that plays with one inbox, made for it."""

    def check() -> str:
        with toy_databases() as files:
            return play(Gamma(files["gamma"]))

    return check


class Gamma:
    """The inbox of one service; `trouble` holds what its handler raises next, by the number of the event."""

    def __init__(self, database: Any) -> None:
        self.database = database
        self.clock = Clock()
        self.trouble: dict[str, list[BaseException]] = {}
        handlers = toys.handlers_of("gamma", self._bear)
        self.inbox = InboxReceiver(database, handlers, clock=self.clock.now, chance=lambda: 0.5)

    def letter(self, number: int, kind: str = toys.Told.TYPE, **more: str) -> bytes:
        attributes = {
            "specversion": "1.0",
            "id": str(UUID(int=number, version=4)),
            "source": "/plenary/alpha",
            "type": kind,
            "subject": "thing/one",
            "time": self.clock.now().isoformat(),
            "sequence": number,
            "data": {"version": number, "thing": "one", "number": f"n{number}", "mood": "", "passes": False},
            **more,
        }
        return json.dumps(attributes).encode()

    def pass_time(self, rounds: int = 40) -> None:
        """Long enough for whatever waits, by the clock of this service."""
        for _ in range(rounds):
            self.clock.seconds += LONGEST_PAUSE.total_seconds()
            while self.inbox.retry_due(self.clock.now()):
                pass

    def states(self) -> list[str]:
        return [row[0] for row in self.database.auditor.execute("SELECT state FROM inbox ORDER BY event_id")]

    def effects(self) -> list[str]:
        return [row[0] for row in self.database.auditor.execute("SELECT number FROM effects ORDER BY id")]

    def _bear(self, _service: str, event: Thing) -> None:
        if left := self.trouble.get(event.number):
            raise left.pop()


def differs(found: object, meant: object) -> str:
    return "" if found == meant else f"{found} instead of {meant}"


def locked_for_long(gamma: Gamma) -> str:
    lock = OperationalError("INSERT", None, sqlite3.OperationalError("database is locked"))
    gamma.trouble["n1"] = [lock] * 12
    gamma.inbox.receive(gamma.letter(1))
    gamma.pass_time()
    return differs(gamma.states(), ["done"])


def from_a_later_release(gamma: Gamma) -> str:
    gamma.inbox.receive(gamma.letter(1, toys.Told.TYPE.replace(".v1", ".v2")))
    return differs(gamma.states(), ["parked"])


def half_an_effect(gamma: Gamma) -> str:
    gamma.trouble["n1"] = [ValueError("once"), ValueError("twice")]
    gamma.inbox.receive(gamma.letter(1))
    gamma.pass_time(10)
    return differs(gamma.effects(), ["n1"])


def told_once_more(gamma: Gamma) -> str:
    gamma.inbox.receive(gamma.letter(1, replay="again"))
    (is_replay,) = gamma.database.auditor.execute("SELECT is_replay FROM effects").fetchone()
    return differs(bool(is_replay), True)


def clock_set_back_for_days(gamma: Gamma) -> str:
    gamma.clock.error = timedelta(days=5).total_seconds()
    gamma.trouble["n1"] = [ValueError("once")]
    gamma.inbox.receive(gamma.letter(1))
    gamma.clock.error = 0
    gamma.pass_time(2)
    return differs(gamma.effects(), ["n1"])


def clock_set_back_between(gamma: Gamma) -> str:
    gamma.trouble["n1"] = [ValueError("once")]
    for number in (1, 2, 3):
        gamma.inbox.receive(gamma.letter(number))
        gamma.clock.error -= 60
    gamma.clock.error = 0
    gamma.pass_time(1)
    return differs(gamma.effects(), ["n1", "n2", "n3"])


def not_stored_at_first(gamma: Gamma) -> str:
    """The database is away for one message while the next is already here."""
    broker = Broker(random.Random(1), lambda _moment: None, lambda _subscription: None)
    queue = broker.queues[queue_of("gamma")]
    queue.ready.extend(Letter(gamma.letter(number)) for number in (1, 2))
    gamma.database.refusals = 1
    for _ in range(2):
        link = broker.connect()
        connection: Any = None  # it is handed its consumers here
        consumer = Consumer(connection, "gamma", gamma.inbox)
        consumers = consumer.get_consumers(partial(Subscription, link), None)
        with suppress(SQLAlchemyError), consumer._consume_from(*consumers):
            while queue.ready or link.subscriptions[0].arrived:
                queue.push()
                link.subscriptions[0].take()
        link.lose()
    return differs(gamma.effects(), ["n1", "n2"])


def refused_then_confirmed() -> str:
    """The first of three is refused; a later confirm of "all up to this one" does not cover it."""
    refused, confirmed = pika.spec.Basic.Nack(1, False), pika.spec.Basic.Ack(2, True)
    return differs(settled_after(refused, confirmed), [])


def confirmed_alone() -> str:
    """The second of three is confirmed, and only that."""
    return differs(settled_after(pika.spec.Basic.Ack(2, False)), [2])


def broker_and_database_fail_together() -> str:
    """The first of three is confirmed, then the broker refuses while the database is away; afterwards both are well."""
    clock = Clock()
    broker = Broker(random.Random(1), lambda _moment: None, lambda _subscription: None)
    with toy_databases() as files, simulated_pika(broker, clock):
        database = files["alpha"]
        publisher = AmqpPublisher("amqp://toys/", frozenset())
        relay = Relay(database, publisher, clock=clock.monotonic)
        with database.write() as db:
            for number in (1, 2, 3):
                publish(db, toys.Told(version=1, thing=f"thing{number}", number=f"n{number}"))
        relay.step()
        wire: Any = publisher._wire
        wire._thread.run()
        wire._on_confirm(SimpleNamespace(method=pika.spec.Basic.Ack(1, False)))
        relay.step()
        wire._on_confirm(SimpleNamespace(method=pika.spec.Basic.Nack(2, False)))
        database.is_away = True
        with suppress(OperationalError):
            relay.step()
        database.is_away = False
        clock.seconds += 10
        is_sent_again = relay.step()
        publisher.close()
    return differs(is_sent_again, True)


def settled_after(*answers: Any) -> list[int]:
    """Which of three messages count as safe after these answers of the broker."""
    clock = Clock()
    broker = Broker(random.Random(1), lambda _moment: None, lambda _subscription: None)
    with simulated_pika(broker, clock):
        publisher = AmqpPublisher("amqp://toys/", frozenset())
        publisher.publish([message(number) for number in (1, 2, 3)])
        wire: Any = publisher._wire
        wire._thread.run()
        for answer in answers:
            wire._on_confirm(SimpleNamespace(method=answer))
        settled = [key[0].int & 0xFF for key in publisher._settled]
        publisher.close()
    return settled


def message(number: int) -> Message:
    return Message(
        event_id=UUID(int=number, version=4),
        generation="",
        type=toys.Told.TYPE,
        subject=f"thing/{number}",
        routing_key=toys.Told.TYPE,
        body=b"{}",
    )
