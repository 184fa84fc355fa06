"""The relay: takes unsent rows from the outbox to the publisher, and marks them once they are safe."""

import time
from collections.abc import Callable

from sqlalchemy import delete, select, tuple_, update

from shared.bus.publisher import BusAway, Message, Publisher, Settled, Unroutable, message_of
from shared.bus.tables import Outbox
from shared.clock import now
from shared.db import Database
from shared.log import log

WINDOW = 200
RESEND_AFTER = 30.0
MARK_EVERY = 0.05
GIVES_WAY_FOR = 0.05  # seconds between two sendings while people wait for answers of this very process
GIVES_WAY_WITH = 2  # events that go out then


class Relay:
    """One per service. Selects what is unsent by number, never by a cursor: numbers commit out of order.

    `gives_way` says whether many people wait for answers of this very process; then events go out a few at a time.
    """

    def __init__(
        self, database: Database, publisher: Publisher, gives_way: Callable[[], bool] = lambda: False
    ) -> None:
        self._database = database
        self._publisher = publisher
        self._gives_way = gives_way
        self._sent_at = 0.0
        self._in_flight: dict[Settled, float] = {}
        self._settled: list[Settled] = []
        self._marked_at = 0.0
        self._pause_until = 0.0
        self._failures = 0

    @property
    def patience(self) -> float:
        """How many seconds it may wait for a commit before it looks again: less while something is under way."""
        return MARK_EVERY if self._in_flight else 1.0

    def step(self) -> bool:
        """One round; says whether there was anything to send."""
        self._settled += self._publisher.settled()
        if time.monotonic() - self._marked_at >= MARK_EVERY:
            self.mark()
        if time.monotonic() < self._pause_until:
            return False
        gives_way = self._gives_way()
        if gives_way and time.monotonic() - self._sent_at < GIVES_WAY_FOR:
            return False
        messages = self._unsent(GIVES_WAY_WITH if gives_way else WINDOW)
        if not messages:
            self._publisher.keep_alive()
            return False
        try:
            self._publisher.publish(messages)
        except (BusAway, Unroutable) as error:
            self._back_off(error)
            return False
        self._failures = 0
        self._sent_at = time.monotonic()
        self._in_flight.update((message.key, self._sent_at) for message in messages)
        return True

    def mark(self) -> None:
        """Note as sent whatever has settled; done in batches, because each is a commit."""
        keys, self._settled = [*self._settled, *self._publisher.settled()], []
        self._marked_at = time.monotonic()
        if not keys:
            return
        these = tuple_(Outbox.event_id, Outbox.generation).in_(keys)
        with self._database.write() as db:
            db.execute(update(Outbox).where(these, Outbox.generation == "").values(sent_at=now()))
            if any(generation for _, generation in keys):
                db.execute(delete(Outbox).where(these, Outbox.generation != ""))
        for key in keys:
            self._in_flight.pop(key, None)

    def _unsent(self, most: int) -> list[Message]:
        late = time.monotonic() - RESEND_AFTER
        self._in_flight = {key: sent for key, sent in self._in_flight.items() if sent > late}
        room = most - len(self._in_flight)
        if room <= 0:
            return []
        unsent = select(Outbox).where(Outbox.sent_at.is_(None)).order_by(Outbox.seq)
        with self._database.read() as db:
            rows = db.scalars(unsent.limit(most + len(self._in_flight)))
            return [message_of(row) for row in rows if (row.event_id, row.generation) not in self._in_flight][
                :room
            ]

    def _back_off(self, error: Exception) -> None:
        self._failures += 1
        self.mark()
        self._in_flight.clear()
        pause = min(5.0, 0.2 * 2**self._failures)
        self._pause_until = time.monotonic() + pause
        level = log.error if isinstance(error, Unroutable) else log.warning
        level("events cannot be sent", reason=f"{type(error).__name__}: {error}", again_in_seconds=pause)
