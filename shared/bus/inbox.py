"""The inbox: every event takes effect exactly once, failing ones wait for their turn, hopeless ones are parked."""

import hashlib
import random
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import or_, select, update
from sqlalchemy.exc import DBAPIError, OperationalError
from structlog.contextvars import bound_contextvars

from shared.bus.envelope import Envelope, Unreadable, read_envelope
from shared.bus.publisher import Settled
from shared.bus.tables import Inbox
from shared.bus.turns import call_next, store
from shared.clock import now
from shared.contracts.base import PERSONAL, Event
from shared.db import Database, Transaction, insert_new
from shared.log import log

Handler = Callable[[Transaction, "Event"], None]
MAX_ATTEMPTS = 10
# Fewer, because each death returns to the broker all that was taken, and it gives up on an event after 20 deliveries.
MAX_DEATHS = 5
LONGEST_PAUSE = timedelta(minutes=5)
DEADLY = "whatever process took it ended each time"


class Ignored(Exception):
    """Nobody in this service hears such events."""


class UnknownVersion(Exception):
    """A type that is heard here, in a version that came after this release."""


class _Failed(Exception):
    """A handler raised `error`; what it did must be undone."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class InboxReceiver:
    """Turns bytes from the bus into handler calls, one transaction each."""

    def __init__(
        self,
        database: Database,
        handlers: Mapping[type[Event], Handler],
        *,
        clock: Callable[[], datetime] = now,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._handlers = {kind.TYPE: (kind, handler) for kind, handler in handlers.items()}
        self._clock = clock
        self._chance = chance

    def is_ready(self) -> bool:
        """Whether an event could be stored now."""
        return self._database.answers()

    def receive(self, raw: bytes, *, again: bool = False) -> tuple[str, Settled]:
        """Store and apply; returns the publisher and the event's key. Raises only when the database is away.

        `again` says that it may have been under way in a process that ended; then this try is counted first, so that
        an event of which processes die is parked as well.
        """
        try:
            envelope = read_envelope(raw)
        except Unreadable as error:
            return self.park(raw, str(error))
        return self.take(envelope, raw, again=again)

    def take(self, envelope: Envelope, raw: bytes, *, again: bool) -> tuple[str, Settled]:
        """Store and apply what has been read from these bytes."""
        key = (envelope.id, envelope.replay)
        with bound_contextvars(
            event_id=str(envelope.id), event_type=envelope.type, traceparent=envelope.traceparent
        ):
            if not again or self._may_try(envelope, raw):
                failure = self._try_at_once(envelope, raw)
                if failure is not None:
                    with self._database.write() as db:
                        if store(db, envelope, raw, self._clock()) == "done":
                            self._note_first_failure(db, envelope, raw, failure)
        return envelope.publisher, key

    def park(self, raw: bytes, reason: str) -> tuple[str, Settled]:
        """Keep bytes that no handler may see, for the operator; known events stay what they are."""
        try:
            envelope = read_envelope(raw)
        except Unreadable:
            key, facts = (uuid5(NAMESPACE_OID, hashlib.sha256(raw).hexdigest()), ""), {}
        else:
            key = (envelope.id, envelope.replay)
            facts = {"type": envelope.type, "subject": envelope.subject, "told_at": envelope.time}
        with self._database.write() as db:
            row = {"event_id": key[0], "generation": key[1], "state": "parked", "raw": raw, **facts}
            is_new = insert_new(db, Inbox, **row, reason=reason[:2000], received_at=self._clock())
            if not is_new:  # one that was only ever tried has not become anything yet
                of_key = update(Inbox).where(Inbox.event_id == key[0], Inbox.generation == key[1])
                tried = of_key.where(Inbox.state == "trying").values(state="parked", reason=reason[:2000])
                is_new = db.execute(tried.returning(Inbox.event_id)).first() is not None
        if is_new:
            log.error("event parked", reason=reason[:200], event_id=str(key[0]))
        return "", key

    def retry_due(self, at: datetime) -> bool:
        """Try the next waiting event whose time has come; says whether there was one."""
        key = self._claim_due(at)
        if key is None:
            return False
        with self._database.write() as db:
            row = db.get_one(Inbox, key, with_for_update=True)
            if row.state == "retry":
                self._settle(row, self._try_again(db, row))
            if row.state != "retry":
                call_next(db, row.subject, at)
        return True

    def _claim_due(self, at: datetime) -> Settled | None:
        """Count the try, and commit that before the handler runs: this process may die of it as well."""
        # Nothing waits longer than the longest pause, so whatever is due later was put off by a clock that was wrong.
        is_due = or_(Inbox.next_at <= at, Inbox.next_at > at + LONGEST_PAUSE)
        due = (Inbox.state == "retry", is_due)
        with self._database.read() as db:
            if db.scalar(select(Inbox.event_id).where(*due).limit(1)) is None:
                return None
        with self._database.write() as db:
            first = select(Inbox).where(*due).order_by(Inbox.next_at).limit(1)
            row = db.scalar(first.with_for_update(skip_locked=True))
            if row is None:
                return None
            if row.attempts >= MAX_DEATHS and row.reason == DEADLY:
                row.state, row.next_at = "parked", None
                log.error("event parked", **self._facts(row))
            else:
                row.attempts, row.reason, row.next_at = (
                    row.attempts + 1,
                    DEADLY,
                    self._after_pause(row.attempts + 1),
                )
            return (row.event_id, row.generation)

    def _may_try(self, envelope: Envelope, raw: bytes) -> bool:
        """Count a try, and commit that before the handler runs; False when it is done, or has killed too often."""
        key = (envelope.id, envelope.replay)
        facts = {"type": envelope.type, "subject": envelope.subject, "told_at": envelope.time, "raw": raw}
        with self._database.write() as db:
            row = {"event_id": key[0], "generation": key[1], "state": "trying", **facts}
            insert_new(db, Inbox, **row, received_at=self._clock())
            found = db.get_one(Inbox, key, with_for_update=True)
            if found.state != "trying":
                return False
            found.attempts += 1
            if found.attempts <= MAX_DEATHS:
                return True
            found.state, found.reason = "parked", DEADLY
        log.error("event parked", **self._facts(found))
        return False

    def _try_at_once(self, envelope: Envelope, raw: bytes) -> Exception | None:
        """Store and apply in one transaction, of which nothing is left when the handler fails; returns its error."""
        try:
            with self._database.write() as db:
                if store(db, envelope, raw, self._clock()) == "done":
                    self._apply(db, envelope)
        except _Failed as failed:
            return failed.error
        return None

    def _note_first_failure(self, db: Transaction, envelope: Envelope, raw: bytes, error: Exception) -> None:
        row = db.get_one(Inbox, (envelope.id, envelope.replay))
        row.raw, row.attempts = raw, 1
        self._settle(row, error)

    def _try_again(self, db: Transaction, row: Inbox) -> Exception | None:
        try:
            envelope = read_envelope(row.raw or b"")
        except Unreadable as error:
            return error
        if row.event_id == envelope.id:
            return self._try(db, envelope)
        # This release can read what an older one could not; from here on it is an event like any other.
        if store(db, envelope, row.raw or b"", self._clock()) == "done":
            failure = self._try(db, envelope)
            if failure is not None:
                self._note_first_failure(db, envelope, row.raw or b"", failure)
        return None

    def _try(self, db: Transaction, envelope: Envelope) -> Exception | None:
        """Apply under a savepoint; returns the handler's error."""
        try:
            with db.begin_nested():
                self._apply(db, envelope)
        except _Failed as failed:
            return failed.error
        return None

    def _apply(self, db: Transaction, envelope: Envelope) -> None:
        """Call the handler; raises _Failed for whatever it raises, unless the database itself is gone."""
        try:
            kind, handler = self._handler_of(envelope.type)
            db.info["replay"] = bool(envelope.replay)
            handler(db, kind.from_data(envelope.data))
            db.flush()
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            raise _Failed(error) from error
        except Exception as error:
            raise _Failed(error) from error

    def _handler_of(self, name: str) -> tuple[type[Event], Handler]:
        """Raises Ignored for a type nobody here hears, UnknownVersion for one that came after this release."""
        if name in self._handlers:
            return self._handlers[name]
        stem = name.rpartition(".")[0]
        if any(known.rpartition(".")[0] == stem for known in self._handlers):
            raise UnknownVersion(f"unknown version: {name}")
        raise Ignored

    def _settle(self, row: Inbox, error: Exception | None) -> None:
        """What becomes of a row after an attempt."""
        row.next_at, row.reason = None, ""
        if error is None or isinstance(error, Ignored):
            row.state, row.raw = "done" if error is None else "ignored", None
            return
        row.reason = _reason_of(error)
        if _is_hopeless(row, error):
            row.state = "parked"
            log.error("event parked", **self._facts(row), where=_where(error))
            return
        row.state, row.next_at = "retry", self._after_pause(row.attempts)
        log.warning("event waits after a failure", **self._facts(row))

    def _after_pause(self, attempts: int) -> datetime:
        longest = min(LONGEST_PAUSE, timedelta(seconds=2 ** (min(attempts, MAX_ATTEMPTS) - 1)))
        return self._clock() + longest * (0.5 + 0.5 * self._chance())

    def _facts(self, row: Inbox) -> dict[str, object]:
        """For the log, which may not quote what a personal event says."""
        kind, _ = self._handlers.get(row.type, (None, None))
        reason = (
            row.reason.partition(":")[0] if kind is not None and kind.DATACLASS == PERSONAL else row.reason
        )
        return {"reason": reason[:300], "event_id": str(row.event_id), "attempts": row.attempts}


def _is_hopeless(row: Inbox, error: Exception) -> bool:
    if isinstance(error, (UnknownVersion, Unreadable)):
        return True
    # A full disk or a lock is no fault of the event: it waits for as long as that takes.
    return row.attempts >= MAX_ATTEMPTS and not isinstance(error, OperationalError)


def _reason_of(error: Exception) -> str:
    if isinstance(error, (UnknownVersion, Unreadable)):
        return str(error)[:2000]
    if isinstance(
        error, DBAPIError
    ):  # its first line alone: the others quote values, and those may be personal
        return f"{type(error.orig).__name__}: {str(error.orig).partition(chr(10))[0]}"[:2000]
    return f"{type(error).__name__}: {error}"[:2000]


def _where(error: Exception) -> list[str]:
    """The lines of code it went through; without the words of the error, which may be personal."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-6:]]
