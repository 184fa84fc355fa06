"""The in-process bus: kombu's memory transport, one isolated instance per runtime, woken instead of polled."""

import threading
import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Any

from kombu import Connection, Exchange, Queue
from kombu.transport import memory
from kombu.transport.virtual import BrokerState

from shared.bus.bell import Bell
from shared.bus.envelope import CONTENT_TYPE
from shared.bus.publisher import Message, Settled
from shared.bus.topology import EXCHANGE, Subscriptions, bindings_of, queue_of


class MemoryBus:
    """Settled means: every subscriber has committed the event to its inbox."""

    has_dead_letters = False

    def __init__(self, subscriptions: Subscriptions) -> None:
        self._arrivals = Bell()
        self._transport = _isolated_transport(self._arrivals)
        self._subscribers = {
            kind: frozenset(service for service, types in subscriptions.items() if kind in types)
            for types in subscriptions.values()
            for kind in types
        }
        self._lock = threading.Lock()
        self._waiting: dict[Settled, set[str]] = {}
        self._publishers: dict[str, MemoryPublisher] = {}
        with self.connect() as connection:
            exchange = Exchange(EXCHANGE, "topic", durable=True)
            for service, types in subscriptions.items():
                for key in bindings_of(service, types):
                    Queue(queue_of(service), exchange, key, durable=True)(
                        connection.default_channel
                    ).declare()

    def connect(self) -> Connection:
        return Connection(transport=self._transport)

    def publisher(self, service: str, _on_settled: Callable[[], None] = lambda: None) -> "MemoryPublisher":
        """The publisher of one service. Its relay looks often enough by itself."""
        return self._publishers.setdefault(service, MemoryPublisher(self))

    def expect(self, message: Message) -> bool:
        """Remember who has to commit this message; False when nobody hears it."""
        targets = self._subscribers.get(message.type, frozenset())
        if message.generation:
            targets = frozenset({message.routing_key.split(".")[3]})
        if targets:
            with self._lock:
                self._waiting[message.key] = set(targets)
        return bool(targets)

    def committed(self, service: str, publisher: str, key: Settled) -> None:
        """The inbox of `service` has the event of `publisher` for good."""
        with self._lock:
            waiting = self._waiting.get(key)
            if waiting is None:
                return
            waiting.discard(service)
            if waiting:
                return
            del self._waiting[key]
        if publisher in self._publishers:
            self._publishers[publisher].settle(key)


class MemoryPublisher:
    """Puts events on the in-process bus and collects those that have settled.

    The window is wide, because it also holds what only the slowest subscriber has not committed yet.
    """

    window = 5_000

    def __init__(self, bus: MemoryBus) -> None:
        self._bus = bus
        self._connection = bus.connect()
        self._settled: SimpleQueue[Settled] = SimpleQueue()
        self._is_first = True

    def publish(self, messages: Sequence[Message]) -> None:
        channel = self._connection.default_channel
        for message in messages:
            if self._bus.expect(message):
                letter = channel.prepare_message(
                    message.body,
                    content_type=CONTENT_TYPE,
                    content_encoding="binary",
                    # What is unsent at the start may have been under way when the last process ended.
                    properties={"delivery_mode": 2, "delivery_info": {"redelivered": self._is_first}},
                )
                channel.basic_publish(letter, EXCHANGE, message.routing_key)
            else:
                self._settled.put(message.key)
        self._is_first = False

    def settle(self, key: Settled) -> None:
        self._settled.put(key)

    def settled(self) -> list[Settled]:
        done = []
        while not self._settled.empty():
            done.append(self._settled.get())
        return done

    def close(self) -> None:
        self._connection.release()


def _isolated_transport(arrivals: Bell) -> type[memory.Transport]:
    """kombu keeps its memory queues on classes; a runtime of its own needs classes of its own."""

    class Channel(memory.Channel):
        queues: dict[str, Any] = {}

        do_restore = True

        def _put(self, queue: Any, message: Any, **kwargs: Any) -> None:
            super()._put(queue, message, **kwargs)  # type: ignore[no-untyped-call]
            arrivals.ring()

        def basic_consume(self, queue: str, *args: Any, **kwargs: Any) -> None:
            self._consumed = queue
            super().basic_consume(queue, *args, **kwargs)  # type: ignore[no-untyped-call]

        def _restore(self, message: Any) -> None:
            """What was taken and not acknowledged goes back to where it was, so that nothing overtakes it."""
            waiting = self._queue_for(self._consumed).queue  # type: ignore[no-untyped-call]
            waiting.appendleft(message.serializable())
            arrivals.ring()

    class Transport(memory.Transport):
        global_state = BrokerState()

        def drain_events(self, connection: Any, timeout: float | None = None, **_: Any) -> None:
            deadline = time.monotonic() + (1.0 if timeout is None else timeout)
            while True:
                seen = arrivals.rings
                try:
                    self.cycle.get(self._deliver)  # type: ignore[union-attr]
                except Empty:
                    left = deadline - time.monotonic()
                    if left <= 0:
                        raise TimeoutError from None
                    arrivals.wait(seen, left)
                else:
                    return

    Transport.Channel = Channel
    return Transport
