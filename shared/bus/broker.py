"""The bus that a URL names: RabbitMQ between processes, or memory within one."""

import logging
from collections.abc import Callable
from typing import Protocol

from kombu import Connection

from shared.bus.amqp_publisher import HEARTBEAT_SECONDS, AmqpPublisher
from shared.bus.memory import MemoryBus
from shared.bus.publisher import Publisher, Settled
from shared.bus.topology import Subscriptions
from shared.contracts.base import event_types


class Bus(Protocol):
    """Gives each service a publisher and a connection to consume from.

    `has_dead_letters` says whether a message can end in a queue of its own because its consumer keeps dying of it.
    """

    has_dead_letters: bool

    def connect(self) -> Connection: ...

    def publisher(self, service: str, on_settled: Callable[[], None]) -> Publisher: ...

    def committed(self, service: str, publisher: str, key: Settled) -> None: ...


class AmqpBus:
    """RabbitMQ: pika publishes, kombu consumes, and they never share a connection."""

    has_dead_letters = True

    def __init__(self, url: str) -> None:
        # Otherwise each message on its way to a channel that closes is a line.
        logging.getLogger("amqp").setLevel(logging.ERROR)
        self._url = url

    def connect(self) -> Connection:
        return Connection(self._url, heartbeat=HEARTBEAT_SECONDS, connect_timeout=5)

    def publisher(self, service: str, on_settled: Callable[[], None]) -> Publisher:
        public = frozenset(kind.TYPE for kind in event_types() if kind.PUBLIC)
        return AmqpPublisher(self._url, public, on_settled)

    def committed(self, service: str, publisher: str, key: Settled) -> None:
        """The broker keeps account of this itself."""


def bus_of(url: str, subscriptions: Subscriptions) -> Bus:
    """`memory:` or `amqp://…`; raises ValueError for anything else. Only memory needs the subscriptions."""
    if url.startswith("memory:"):
        return MemoryBus(subscriptions)
    if url.startswith(("amqp://", "amqps://")):
        return AmqpBus(url)
    raise ValueError("the bus is memory: or amqp://user:password@host/vhost")
