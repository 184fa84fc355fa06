"""pika as the publisher uses it, on a simulated broker: an I/O loop, a connection and a channel, stepped by hand."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pika

from shared.bus import amqp_publisher
from shared.bus.publisher import BusAway
from tests.simulator.broker import Broker
from tests.simulator.clock import Clock
from tests.simulator.replacing import replaced


class Loop:
    """Callbacks that are ready or will be; runs until none is ready."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ready: deque[Callable[[], None]] = deque()
        self._later: list[tuple[float, Callable[[], None]]] = []
        self._is_stopped = False

    def add_callback_threadsafe(self, callback: Callable[[], None]) -> None:
        self._ready.append(callback)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        self._later.append((self._clock.seconds + seconds, callback))

    def stop(self) -> None:
        self._is_stopped = True

    def run(self) -> bool:
        """Says whether there was anything."""
        due = [one for one in self._later if one[0] <= self._clock.seconds]
        self._later = [one for one in self._later if one not in due]
        self._ready.extend(callback for _, callback in due)
        busy = False
        while self._ready and not self._is_stopped:
            self._ready.popleft()()
            busy = True
        return busy


class Thread:
    """The connection's own thread: it runs when the schedule says so, or when somebody waits for its end."""

    def __init__(self, target: Any, **_: Any) -> None:
        self._wire = target.__self__

    def start(self) -> None:
        """From now on the schedule may let it run."""

    def join(self, _seconds: float) -> None:
        self.run()

    def run(self) -> bool:
        """What ends the thread reaches the relay just as in the thread itself."""
        try:
            return bool(self._wire._loop.run())
        except Exception as error:  # noqa: BLE001
            self._wire._fail(BusAway(repr(error)))
            return True


@dataclass(frozen=True)
class Frame:
    """A message on its way to the broker."""

    tag: int
    routing_key: str
    body: bytes
    event_id: str
    is_mandatory: bool


class Connection:
    """Opens when the broker is up; what it sends arrives in order, or not at all once it is lost.

    One that is mute stays open, and no frame reaches the other side any more.
    """

    def __init__(
        self,
        broker: Broker,
        on_open_callback: Any,
        on_open_error_callback: Any,
        on_close_callback: Any,
        custom_ioloop: Loop,
    ) -> None:
        self.is_open = self.is_closing = self.is_closed = self.is_mute = False
        self.sent: deque[Frame] = deque()
        self.verdicts: dict[int, bool] = {}
        self._broker = broker
        self._loop = custom_ioloop
        self._on_open = on_open_callback
        self._on_error = on_open_error_callback
        self._on_close = on_close_callback
        self._channel: Channel
        custom_ioloop.add_callback_threadsafe(self._opened)

    def channel(self, on_open_callback: Any) -> None:
        self._channel = Channel(self, self._loop)
        self._loop.add_callback_threadsafe(lambda: on_open_callback(self._channel))

    def close(self) -> None:
        self.is_open, self.is_closing = False, True
        if self in self._broker.senders:
            self._broker.lose(self)
        self._loop.add_callback_threadsafe(self._closed)

    def on_lost(self) -> None:
        self._loop.add_callback_threadsafe(self._lost)

    def on_return(self, frame: Frame) -> None:
        """Reaches the client before the confirm of the same message."""
        self._loop.add_callback_threadsafe(lambda: self._channel.returned(frame))

    def confirm(self) -> bool:
        """Confirm or refuse some of what the broker has decided on, in any order; says whether there was anything."""
        if not self.verdicts or self.is_mute:
            return False
        chance = self._broker.chance
        tag = chance.choice(list(self.verdicts))
        kind = pika.spec.Basic.Ack if self.verdicts[tag] else pika.spec.Basic.Nack
        up_to = [one for one in self.verdicts if one <= tag]
        is_multiple = chance.random() < 0.7 and all(self.verdicts[one] == self.verdicts[tag] for one in up_to)
        for one in up_to if is_multiple else [tag]:
            del self.verdicts[one]
        frame = SimpleNamespace(method=kind(tag, is_multiple))
        self._loop.add_callback_threadsafe(lambda: self._channel.confirmed(frame))
        return True

    def _opened(self) -> None:
        if self.is_closing or self.is_closed:
            return
        if self._broker.is_up:
            self.is_open = True
            self._broker.senders.append(self)
            self._on_open(self)
        else:
            self.is_closed = True
            self._on_error(self, pika.exceptions.AMQPConnectionError("nobody listens"))

    def _lost(self) -> None:
        if self.is_open:
            self.is_open, self.is_closed = False, True
            self._on_close(self, pika.exceptions.StreamLostError("the connection broke"))

    def _closed(self) -> None:
        self.is_closing, self.is_closed = False, True
        self._on_close(self, pika.exceptions.ConnectionClosedByClient(200, "as asked"))


class Channel:
    def __init__(self, connection: Connection, loop: Loop) -> None:
        self._connection = connection
        self._loop = loop
        self._tags = 0

    def add_on_return_callback(self, callback: Any) -> None:
        self._on_return = callback

    def add_on_close_callback(self, callback: Any) -> None:
        """Here channels end with their connection only."""

    def confirm_delivery(self, ack_nack_callback: Any, callback: Any) -> None:
        self.confirmed = ack_nack_callback
        self._loop.add_callback_threadsafe(lambda: callback(None))

    def basic_publish(
        self, exchange: str, routing_key: str, body: bytes, properties: Any, *, mandatory: bool
    ) -> None:
        if not self._connection.is_open:
            raise pika.exceptions.ChannelWrongStateError("the channel is closed")
        self._tags += 1
        frame = Frame(self._tags, routing_key, body, properties.message_id, mandatory)
        self._connection.sent.append(frame)

    def returned(self, frame: Frame) -> None:
        method = SimpleNamespace(routing_key=frame.routing_key)
        self._on_return(self, method, SimpleNamespace(message_id=frame.event_id), frame.body)


@contextmanager
def simulated_pika(broker: Broker, clock: Clock) -> Iterator[None]:
    """For everything that publishes meanwhile, this broker is the only one there is."""

    def connect(_parameters: Any, **callbacks: Any) -> Connection:
        return Connection(broker, **callbacks)

    simulated = SimpleNamespace(
        SelectConnection=connect,
        URLParameters=pika.URLParameters,
        BasicProperties=pika.BasicProperties,
        spec=pika.spec,
    )
    with replaced(
        amqp_publisher,
        IOLoop=lambda: Loop(clock),
        threading=SimpleNamespace(Thread=Thread),
        time=SimpleNamespace(monotonic=clock.monotonic),
        pika=simulated,
    ):
        yield
