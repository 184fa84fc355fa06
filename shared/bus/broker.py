"""The bus that a URL names: RabbitMQ between processes, or memory within one."""

from typing import Protocol

from kombu import Connection

from shared.bus.memory import MemoryBus
from shared.bus.publisher import PikaPublisher, Publisher, Settled
from shared.bus.topology import Subscriptions
from shared.contracts.base import event_types


class Bus(Protocol):
    """Gives each service a publisher and a connection to consume from."""

    def connect(self) -> Connection: ...

    def publisher(self, service: str) -> Publisher: ...

    def committed(self, service: str, publisher: str, key: Settled) -> None: ...


class AmqpBus:
    """RabbitMQ: pika publishes, kombu consumes, and they never share a connection."""

    def __init__(self, url: str) -> None:
        self._url = url

    def connect(self) -> Connection:
        return Connection(self._url, heartbeat=10, connect_timeout=5)

    def publisher(self, service: str) -> Publisher:
        public = frozenset(kind.TYPE for kind in event_types() if kind.PUBLIC)
        return PikaPublisher(self._url, public)

    def committed(self, service: str, publisher: str, key: Settled) -> None:
        """The broker keeps account of this itself."""


def bus_of(url: str, subscriptions: Subscriptions) -> Bus:
    """`memory:` or `amqp://…`; raises ValueError for anything else. Only memory needs the subscriptions."""
    if url.startswith("memory:"):
        return MemoryBus(subscriptions)
    if url.startswith(("amqp://", "amqps://")):
        return AmqpBus(url)
    raise ValueError("the bus is memory: or amqp://user:password@host/vhost")
