"""The consumer: kombu takes messages off the queue of one service and hands them to its inbox."""

import time
from collections.abc import Callable
from typing import Any

from kombu import Connection, Queue
from kombu.mixins import ConsumerMixin
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from shared.bus.inbox import InboxReceiver
from shared.bus.publisher import Settled
from shared.bus.topology import queue_of
from shared.log import log

PREFETCH = 20
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
        on_committed: Callable[[str, Settled], None] | None = None,
        gives_way: Callable[[], bool] = lambda: False,
    ) -> None:
        self.connection = connection
        self._queue = Queue(queue_of(service), no_declare=True)
        self._inbox = inbox
        self._on_committed = on_committed
        self._gives_way = gives_way

    def get_consumers(self, Consumer: Any, channel: Any) -> list[Any]:  # noqa: N803 - kombu's signature
        return [
            Consumer(
                queues=[self._queue], on_message=self._on_message, prefetch_count=PREFETCH, auto_declare=False
            )
        ]

    def run_until_stopped(self) -> None:
        """Consume until `should_stop`; a lost database or broker is waited for, never fatal."""
        while not self.should_stop:
            try:
                self.run()  # type: ignore[no-untyped-call]
            except (SQLAlchemyError, OSError) as error:
                log.warning("consuming pauses", reason=f"{type(error).__name__}: {error}"[:300])
                # Each reconnection counts as a delivery; so none before the inbox can take one.
                while not self.should_stop and not self._inbox.is_ready():
                    time.sleep(1)

    def _on_message(self, message: Any) -> None:
        if self._gives_way():
            time.sleep(GIVES_WAY_SECONDS)
        body = message.body
        raw = body.encode() if isinstance(body, str) else bytes(body)
        try:
            publisher, key = self._inbox.receive(raw)
        except DBAPIError:
            message.requeue()
            raise
        message.ack()
        if self._on_committed is not None:
            self._on_committed(publisher, key)
