"""Publishing to RabbitMQ: one pika connection on a thread of its own, and a window of outstanding confirms."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import pika
import pika.exceptions
from pika.adapters.select_connection import IOLoop

from shared.bus.envelope import CONTENT_TYPE
from shared.bus.publisher import BusAway, Message, Settled, Unroutable
from shared.bus.topology import EXCHANGE

WINDOW = 500
HEARTBEAT_SECONDS = 5
CONFIRM_SECONDS = 20.0
LOOK_SECONDS = 1.0
CLOSE_SECONDS = 2.0


class AmqpPublisher:
    """Settled means confirmed by the broker.

    Of one subject only one event is under way at a time: were it refused, a later one must not have overtaken it.
    `on_settled` is called from the thread of the connection whenever the relay has reason to look.
    """

    window = WINDOW

    def __init__(
        self, url: str, public_types: frozenset[str], on_settled: Callable[[], None] = lambda: None
    ) -> None:
        logging.getLogger("pika").setLevel(logging.CRITICAL)  # what goes wrong is told once, by the relay
        self._url = url
        self._public_types = public_types
        self._on_settled = on_settled
        self._settled: deque[Settled] = deque()
        self._wire: _Wire | None = None

    def publish(self, messages: Sequence[Message]) -> None:
        self._raise_failure()
        if self._wire is None:
            self._wire = _Wire(self._url, self._public_types, self._settled, self._on_settled)
        self._wire.take(messages)

    def settled(self) -> list[Settled]:
        self._raise_failure()
        return [self._settled.popleft() for _ in range(len(self._settled))]

    def close(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.close()

    def _raise_failure(self) -> None:
        """A wire that failed is given up; what it had confirmed before is told first."""
        wire = self._wire
        if wire is not None and wire.failure is not None and not self._settled:
            self._wire = None
            raise wire.failure


class _Wire:
    """One connection from its first frame to its last; after a failure there is another one, and this is forgotten."""

    def __init__(
        self,
        url: str,
        public_types: frozenset[str],
        settled: deque[Settled],
        on_settled: Callable[[], None],
    ) -> None:
        self.failure: Exception | None = None
        self._public_types = public_types
        self._settled = settled
        self._on_settled = on_settled
        self._arrived: deque[Message] = deque()
        self._queued: dict[str, deque[Message]] = {}
        self._outstanding: dict[int, Message] = {}
        self._returned: dict[str, str] = {}
        self._next_tag = 1
        self._moved_at = time.monotonic()
        self._channel: Any = None
        self._loop = IOLoop()
        parameters = pika.URLParameters(url)
        parameters.heartbeat = HEARTBEAT_SECONDS
        parameters.blocked_connection_timeout = HEARTBEAT_SECONDS
        parameters.socket_timeout = HEARTBEAT_SECONDS
        parameters.stack_timeout = 2 * HEARTBEAT_SECONDS
        self._connection = pika.SelectConnection(
            parameters,
            on_open_callback=lambda connection: connection.channel(on_open_callback=self._on_channel),
            on_open_error_callback=lambda _, error: self._fail(BusAway(_words(error))),
            on_close_callback=lambda _, error: self._fail(BusAway(_words(error))),
            custom_ioloop=self._loop,
        )
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self._thread.start()

    def take(self, messages: Sequence[Message]) -> None:
        """Called from the relay's thread; everything below runs on the connection's own."""
        self._arrived.extend(messages)
        self._loop.add_callback_threadsafe(self._send_arrived)

    def close(self) -> None:
        self._loop.add_callback_threadsafe(self._end)
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        try:
            self._loop.start()
        except Exception as error:  # noqa: BLE001 - whatever ends the thread, the relay has to know
            self._fail(BusAway(_words(error)))
        finally:
            self._loop.close()

    def _on_channel(self, channel: Any) -> None:
        channel.add_on_return_callback(self._on_return)
        channel.add_on_close_callback(lambda _, error: self._fail(BusAway(_words(error))))
        channel.confirm_delivery(self._on_confirm, callback=lambda _: self._open(channel))

    def _open(self, channel: Any) -> None:
        self._channel = channel
        self._moved_at = time.monotonic()
        self._loop.call_later(LOOK_SECONDS, self._look)
        self._send_arrived()

    def _send_arrived(self) -> None:
        while self._channel is not None and self._arrived:
            message = self._arrived.popleft()
            if message.subject in self._queued:
                self._queued[message.subject].append(message)
            else:
                self._queued[message.subject] = deque()
                self._send(message)

    def _send(self, message: Message) -> None:
        if not self._outstanding:
            self._moved_at = time.monotonic()
        self._channel.basic_publish(
            EXCHANGE,
            message.routing_key,
            message.body,
            pika.BasicProperties(
                content_type=CONTENT_TYPE,
                delivery_mode=2,
                message_id=str(message.event_id),
                type=message.type,
            ),
            # An event that nobody has to hear may match no queue.
            mandatory=message.type not in self._public_types,
        )
        self._outstanding[self._next_tag] = message
        self._next_tag += 1

    def _on_return(self, _channel: Any, method: Any, properties: Any, _body: bytes) -> None:
        """Comes before the confirm of the same message."""
        self._returned[properties.message_id] = method.routing_key

    def _on_confirm(self, frame: Any) -> None:
        if self.failure is not None:
            return  # "all up to this one" leaves out what was refused before, which is no longer known here
        method = frame.method
        if isinstance(method, pika.spec.Basic.Nack):
            self._fail(BusAway("the broker refuses events for now: a queue is full"))
            return
        # Tags are handed out in order, so "all up to this one" are the first ones of the window.
        tags = [method.delivery_tag]
        if method.multiple:
            tags = [tag for tag in self._outstanding if tag <= method.delivery_tag]
        for tag in tags:
            self._confirm(self._outstanding.pop(tag))
            if self.failure is not None:
                return
        self._moved_at = time.monotonic()
        if len(self._settled) >= WINDOW // 2:
            self._on_settled()

    def _confirm(self, message: Message) -> None:
        if self._returned and str(message.event_id) in self._returned:
            routing_key = self._returned[str(message.event_id)]
            self._fail(Unroutable(f"no queue is bound to {routing_key}"))
            return
        self._settled.append(message.key)
        following = self._queued[message.subject]
        if following:
            self._send(following.popleft())
        else:
            del self._queued[message.subject]

    def _look(self) -> None:
        """A broker that beats but confirms nothing is as good as none."""
        if self._outstanding and time.monotonic() - self._moved_at > CONFIRM_SECONDS:
            self._fail(BusAway(f"no confirm for {CONFIRM_SECONDS:.0f} seconds"))
        elif self.failure is None:
            self._loop.call_later(LOOK_SECONDS, self._look)

    def _fail(self, failure: Exception) -> None:
        self._channel = None
        if self.failure is None:
            self.failure = failure
            self._on_settled()
        self._end()

    def _end(self) -> None:
        self._channel = None
        if self._connection.is_closed:
            self._loop.stop()
        elif not self._connection.is_closing:
            self._connection.close()  # also while it opens; its callback comes back here


def _words(error: Any) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
