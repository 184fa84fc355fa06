"""The consumer: kombu takes messages off the queue of one service and hands them to its inbox."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kombu import Connection, Queue
from kombu.mixins import ConsumerMixin
from sqlalchemy.exc import SQLAlchemyError

from shared.bus.inbox import InboxReceiver
from shared.bus.publisher import Settled
from shared.bus.topology import PROBE, dead_letters_of, queue_of
from shared.log import log

PREFETCH = 20
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0  # seconds without the database; doubled each time
BROKER_PAUSE = 1.0
GIVES_WAY_SECONDS = 0.02


class Consumer(ConsumerMixin):
    """Acknowledges a message only after its inbox row is committed.

    `gives_way` says whether many people wait for answers of this very process: then messages come one after a pause.
    """

    def __init__(
        self,
        connection: Connection,
        service: str,
        inbox: InboxReceiver,
        *,
        on_committed: Callable[[str, Settled], None] = lambda _publisher, _key: None,
        gives_way: Callable[[], bool] = lambda: False,
        has_dead_letters: bool = False,
    ) -> None:
        self.connection = connection
        self.came_round_at = time.monotonic()
        self._taking = {queue_of(service): self._on_message}
        if has_dead_letters:
            self._taking[dead_letters_of(service)] = self._on_dead_letter
        self._inbox = inbox
        self._on_committed = on_committed
        self._gives_way = gives_way
        self._pause = FIRST_PAUSE

    def get_consumers(self, Consumer: Any, channel: Any) -> list[Any]:  # noqa: N803 - kombu's signature
        return [
            Consumer(
                queues=[Queue(name, no_declare=True)],
                on_message=take,
                # The same at all times: what a dead consumer held goes back in order only if its successor takes all.
                prefetch_count=PREFETCH,
                auto_declare=False,
            )
            for name, take in self._taking.items()
        ]

    def on_iteration(self) -> None:
        self.came_round_at = time.monotonic()

    @contextmanager
    def _consume_from(self, *consumers: Any) -> Iterator[tuple[Any, ...]]:
        """They end with the channel, which has the broker put everything back in order.

        kombu would cancel them first, and while that waits for an answer hand over what is already on its way: this
        would overtake a message that could not be stored, and be overtaken by what another worker then gets.
        """
        for one in consumers:
            one.consume()
        yield consumers

    @contextmanager
    def establish_connection(self) -> Iterator[Connection]:
        """One try; the loop below sees to the next, so that the process can end while the broker is away."""
        with self.create_connection() as connection:  # type: ignore[no-untyped-call]
            connection.connect()
            yield connection

    def run_until_stopped(self) -> None:
        """Consume until `should_stop`; a lost database or broker is waited for, never fatal."""
        broker_errors = (OSError, *self.connection.connection_errors, *self.connection.channel_errors)
        while not self.should_stop:
            try:
                for _ in self.consume(limit=None):  # type: ignore[no-untyped-call]
                    pass
            except SQLAlchemyError as error:
                # The broker has everything back and counted a delivery; so not too often.
                self._pause = min(LONGEST_PAUSE, 2 * self._pause)
                self._rest(error, self._pause)
            except broker_errors as error:
                self._rest(error, BROKER_PAUSE)

    def _rest(self, error: Exception, seconds: float) -> None:
        """Until it is worth another try."""
        log.warning("consuming pauses", reason=f"{type(error).__name__}: {error}"[:300], seconds=seconds)
        until = time.monotonic() + seconds
        while not self.should_stop and (time.monotonic() < until or not self._inbox.is_ready()):
            self.came_round_at = time.monotonic()
            time.sleep(0.2)

    def _on_message(self, message: Any) -> None:
        if message.content_type == PROBE:
            message.ack()
            return
        if self._gives_way():
            time.sleep(GIVES_WAY_SECONDS)
        again = bool(message.delivery_info.get("redelivered"))
        # When the database is away this raises; the message stays unacknowledged and goes back to its place.
        publisher, key = self._inbox.receive(_bytes_of(message), again=again)
        self._pause = FIRST_PAUSE
        message.ack()
        self._on_committed(publisher, key)

    def _on_dead_letter(self, message: Any) -> None:
        self._inbox.park(_bytes_of(message), "the broker gave up after many deliveries")
        message.ack()


def _bytes_of(message: Any) -> bytes:
    body = message.body
    return body.encode() if isinstance(body, str) else bytes(body)
