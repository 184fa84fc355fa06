"""The relay: takes unsent rows from the outbox to the publisher, and marks them once they are safe."""

import time
from collections.abc import Callable

from sqlalchemy import bindparam, delete, select, update

from shared.bus.publisher import BusAway, Message, Publisher, Settled, Unroutable, message_of
from shared.bus.tables import Outbox
from shared.clock import now
from shared.db import Database
from shared.log import log

MARK_EVERY = 0.05
LONGEST_PAUSE = 2.0
CUT_OFF_SECONDS = 6.0
GIVES_WAY_FOR = 0.05  # seconds between two sendings while people wait for answers of this very process
GIVES_WAY_WITH = 2  # events that go out then
# Written out as numbers: hundreds of parameters would cost more than all the rest.
THESE = Outbox.seq.in_(bindparam("numbers", expanding=True, literal_execute=True))
MARK = update(Outbox).where(THESE, Outbox.generation == "").values(sent_at=bindparam("at"))
FORGET = delete(Outbox).where(THESE, Outbox.generation != "")
UNSENT = select(Outbox.__table__).where(Outbox.sent_at.is_(None)).order_by(Outbox.seq)


class Relay:
    """One per service. Selects what is unsent by number, never by a cursor: numbers commit out of order.

    `gives_way` says whether many people wait for answers of this very process; then events go out a few at a time.
    `clock` counts seconds and never goes back.
    """

    def __init__(
        self,
        database: Database,
        publisher: Publisher,
        gives_way: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._publisher = publisher
        self._gives_way = gives_way
        self._clock = clock
        self._in_flight: dict[Settled, int] = {}
        self._settled: list[Settled] = []
        self._sent_at = self._marked_at = self._pause_until = clock()
        self._failures = 0
        self._failing_since: float | None = None

    @property
    def is_cut_off(self) -> bool:
        """Whether the broker has not taken anything for a while; another process may have a better line to it."""
        return self._failing_since is not None and self._clock() - self._failing_since > CUT_OFF_SECONDS

    @property
    def patience(self) -> float:
        """How many seconds it may wait for a commit before it looks again: less while something is under way."""
        return MARK_EVERY if self._in_flight else 1.0

    def step(self) -> bool:
        """One round; says whether there was anything to send."""
        try:
            self._settled += self._publisher.settled()
            if len(self._settled) >= self._publisher.window // 2:
                self.mark()  # which makes room
            messages = self._unsent()
            if messages:
                self._publisher.publish(messages)
                self._sent_at = self._clock()
        except (BusAway, Unroutable) as error:
            self._back_off(error)
            return False
        # Otherwise afterwards, because what is new should not wait for the books to be kept.
        if self._clock() - self._marked_at >= MARK_EVERY:
            self.mark()
        return bool(messages)

    def mark(self) -> None:
        """Note as sent whatever has settled; done in batches, because each is a commit."""
        self._marked_at = self._clock()
        numbers = [self._in_flight[key] for key in self._settled if key in self._in_flight]
        if numbers:
            with self._database.write() as db:
                db.connection().execute(MARK, {"numbers": numbers, "at": now()})
                if any(generation for _, generation in self._settled):
                    db.connection().execute(FORGET, {"numbers": numbers})
            self._failures, self._failing_since = 0, None
        for key in self._settled:
            self._in_flight.pop(key, None)
        self._settled.clear()

    def stand_by(self) -> None:
        """Somebody else relays: forget what is under way, it is theirs."""
        self._failing_since = None
        if self._in_flight:
            self._forget()

    def _unsent(self) -> list[Message]:
        """As many as the window has room for, once half of it is free; nothing during a pause."""
        room = self._publisher.window - len(self._in_flight)
        at = self._clock()
        if at < self._pause_until or room < self._publisher.window // 2:
            return []
        if self._gives_way():
            if at - self._sent_at < GIVES_WAY_FOR:
                return []
            room = GIVES_WAY_WITH
        with self._database.glance() as connection:
            rows = connection.execute(UNSENT.limit(room + len(self._in_flight))).all()
        new = [row for row in rows if (row.event_id, row.generation) not in self._in_flight][:room]
        # Only once the database has let go: what counts as under way and was never handed on would stay so.
        self._in_flight |= {(row.event_id, row.generation): row.seq for row in new}
        return [message_of(row) for row in new]

    def _back_off(self, error: Exception) -> None:
        try:
            self.mark()
        finally:
            # Also where the database is away at the same time: nothing else would ever send these again.
            self._forget()
        self._failures += 1
        if self._failing_since is None:
            self._failing_since = self._clock()
        pause = min(LONGEST_PAUSE, 0.1 * 2**self._failures)
        self._pause_until = self._clock() + pause
        level = log.error if isinstance(error, Unroutable) else log.warning
        level("events cannot be sent", reason=str(error), again_in_seconds=pause)

    def _forget(self) -> None:
        self._in_flight.clear()
        self._settled.clear()
        self._publisher.close()
