"""The relay: takes unsent rows from the outbox to the publisher, and marks them once they are safe."""

import time
from collections.abc import Sequence

from sqlalchemy import delete, select, tuple_, update

from shared.bus.publisher import BusAway, Message, Publisher, Settled, Unroutable, message_of
from shared.bus.tables import Outbox
from shared.clock import now
from shared.db import Database
from shared.log import log

WINDOW = 200
RESEND_AFTER = 30.0


class Relay:
    """One per service. Selects what is unsent by number, never by a cursor: numbers commit out of order."""

    def __init__(self, database: Database, publisher: Publisher) -> None:
        self._database = database
        self._publisher = publisher
        self._in_flight: dict[Settled, float] = {}
        self._pause_until = 0.0
        self._failures = 0

    def step(self) -> bool:
        """One round; says whether there was anything to do."""
        marked = self._mark(self._publisher.settled())
        if time.monotonic() < self._pause_until:
            return marked
        messages = self._unsent()
        if not messages:
            return marked
        try:
            self._publisher.publish(messages)
        except (BusAway, Unroutable) as error:
            self._back_off(error)
        else:
            self._failures = 0
            sent_at = time.monotonic()
            self._in_flight.update((message.key, sent_at) for message in messages)
        self._mark(self._publisher.settled())
        return True

    def _unsent(self) -> list[Message]:
        late = time.monotonic() - RESEND_AFTER
        self._in_flight = {key: sent for key, sent in self._in_flight.items() if sent > late}
        room = WINDOW - len(self._in_flight)
        if room <= 0:
            return []
        with self._database.read() as db:
            rows = db.scalars(
                select(Outbox)
                .where(Outbox.sent_at.is_(None))
                .order_by(Outbox.seq)
                .limit(WINDOW + len(self._in_flight))
            )
            return [message_of(row) for row in rows if (row.event_id, row.generation) not in self._in_flight][
                :room
            ]

    def _mark(self, keys: Sequence[Settled]) -> bool:
        if not keys:
            return False
        these = tuple_(Outbox.event_id, Outbox.generation).in_(keys)
        with self._database.write() as db:
            db.execute(update(Outbox).where(these, Outbox.generation == "").values(sent_at=now()))
            if any(generation for _, generation in keys):
                db.execute(delete(Outbox).where(these, Outbox.generation != ""))
        for key in keys:
            self._in_flight.pop(key, None)
        return True

    def _back_off(self, error: Exception) -> None:
        self._failures += 1
        self._in_flight.clear()
        pause = min(5.0, 0.2 * 2**self._failures)
        self._pause_until = time.monotonic() + pause
        level = log.error if isinstance(error, Unroutable) else log.warning
        level("events cannot be sent", reason=f"{type(error).__name__}: {error}", again_in_seconds=pause)
