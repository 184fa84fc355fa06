"""The inbox: every event takes effect exactly once, failing ones wait for their turn, hopeless ones are parked."""

import hashlib
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import DBAPIError
from structlog.contextvars import bound_contextvars

from shared.bus.envelope import Envelope, Unreadable, read_envelope
from shared.bus.publisher import Settled
from shared.bus.tables import Inbox
from shared.clock import now
from shared.contracts.base import Event
from shared.db import Database, Transaction, insert_new
from shared.log import log

Handler = Callable[[Transaction, "Event"], None]
MAX_ATTEMPTS = 10
LONGEST_PAUSE = timedelta(minutes=5)
# Asked for every event that comes, so it is written once.
FIRST_WAITING = (
    select(Inbox)
    .where(Inbox.state == "retry", Inbox.subject == bindparam("waiting_for"))
    .order_by(Inbox.received_at, Inbox.sequence)
    .limit(1)
)


class Ignored(Exception):
    """Nobody in this service hears such events."""


class UnknownVersion(Exception):
    """A type that is heard here, in a version that came after this release."""


class InboxReceiver:
    """Turns bytes from the bus into handler calls, one transaction each."""

    def __init__(self, database: Database, handlers: Mapping[type[Event], Handler]) -> None:
        self._database = database
        self._handlers = {kind.TYPE: (kind, handler) for kind, handler in handlers.items()}

    def is_ready(self) -> bool:
        """Whether an event could be stored now."""
        return self._database.answers()

    def receive(self, raw: bytes) -> tuple[str, Settled]:
        """Store and apply; returns the publisher and the event's key. Raises only when the database is away."""
        try:
            envelope = read_envelope(raw)
        except Unreadable as error:
            return self._park_unreadable(raw, str(error))
        with (
            bound_contextvars(
                event_id=str(envelope.id), event_type=envelope.type, traceparent=envelope.traceparent
            ),
            self._database.write() as db,
        ):
            self._insert_and_apply(db, envelope, raw)
        return envelope.type.split(".")[1] if "." in envelope.type else "", (envelope.id, envelope.replay)

    def retry_due(self, at: datetime) -> bool:
        """Try the next waiting event whose time has come; says whether there was one."""
        due = (Inbox.state == "retry", Inbox.next_at <= at)
        with self._database.read() as db:
            if db.scalar(select(Inbox.event_id).where(*due).limit(1)) is None:
                return False
        with self._database.write() as db:
            row = db.scalar(
                select(Inbox)
                .where(*due)
                .order_by(Inbox.received_at, Inbox.sequence)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if row is None:
                return False
            earlier = self._first_waiting(db, row.subject)
            if earlier is not None and earlier.event_id != row.event_id:
                row.next_at = (earlier.next_at or at) + timedelta(milliseconds=1)
                return True
            _settle(row, self._try(db, read_envelope(row.raw or b"")))
            return True

    def _insert_and_apply(self, db: Transaction, envelope: Envelope, raw: bytes) -> None:
        received = now()
        earlier = self._first_waiting(db, envelope.subject)
        # Stored as done at once: nobody sees that before the commit, and success costs no second statement.
        values = {
            "type": envelope.type,
            "subject": envelope.subject,
            "sequence": envelope.sequence,
            "state": "retry" if earlier else "done",
            "raw": raw if earlier else None,
            "attempts": 0,
            "next_at": (earlier.next_at or received) if earlier else None,
            "reason": "waits for an earlier event of the same subject" if earlier else "",
            "received_at": received,
        }
        is_new = insert_new(db, Inbox, event_id=envelope.id, generation=envelope.replay, **values)
        if is_new and not earlier:
            error = self._try(db, envelope)
            if error is not None:
                row = db.get_one(Inbox, (envelope.id, envelope.replay))
                row.raw = raw
                _settle(row, error)

    def _try(self, db: Transaction, envelope: Envelope) -> Exception | None:
        """Call the handler under a savepoint; what it raises is returned, unless the database itself is gone."""
        try:
            kind, handler = self._handler_of(envelope.type)
            db.info["replay"] = bool(envelope.replay)
            with db.begin_nested():
                handler(db, kind.from_data(envelope.data))
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            return error
        except Exception as error:  # noqa: BLE001 - a handler's defect must not stop the other events
            return error
        return None

    def _handler_of(self, name: str) -> tuple[type[Event], Handler]:
        """Raises Ignored for a type nobody here hears, UnknownVersion for one that came after this release."""
        if name in self._handlers:
            return self._handlers[name]
        stem = name.rpartition(".")[0]
        if any(known.rpartition(".")[0] == stem for known in self._handlers):
            raise UnknownVersion(f"unknown version: {name}")
        raise Ignored

    def _first_waiting(self, db: Transaction, subject: str) -> Inbox | None:
        return db.scalar(FIRST_WAITING, {"waiting_for": subject})

    def _park_unreadable(self, raw: bytes, reason: str) -> tuple[str, Settled]:
        event_id = uuid5(NAMESPACE_OID, hashlib.sha256(raw).hexdigest())
        with self._database.write() as db:
            insert_new(
                db,
                Inbox,
                event_id=event_id,
                generation="",
                state="parked",
                type="",
                subject="",
                sequence=0,
                attempts=0,
                raw=raw,
                reason=reason[:2000],
                received_at=now(),
            )
        log.error("event parked", reason=reason[:200], event_id=str(event_id))
        return "", (event_id, "")


def _settle(row: Inbox, error: Exception | None) -> None:
    """What becomes of a row after an attempt."""
    row.next_at, row.reason = None, ""
    if error is None or isinstance(error, Ignored):
        row.state, row.raw = "done" if error is None else "ignored", None
        return
    row.attempts += 1
    row.reason = (
        str(error) if isinstance(error, UnknownVersion) else f"{type(error).__name__}: {error}"[:2000]
    )
    if row.attempts >= MAX_ATTEMPTS or isinstance(error, UnknownVersion):
        row.state = "parked"
        log.error("event parked", reason=row.reason, event_id=str(row.event_id), exc_info=error)
        return
    longest = min(LONGEST_PAUSE, timedelta(seconds=2 ** (row.attempts - 1)))
    row.state, row.next_at = "retry", now() + longest * random.uniform(0.5, 1)  # noqa: S311 - jitter, no secret
    log.warning(
        "event waits after a failure", reason=row.reason, event_id=str(row.event_id), attempts=row.attempts
    )


def count_by_state(db: Transaction) -> dict[str, int]:
    """How many heard events are done, ignored, in retry, parked."""
    rows = db.execute(select(Inbox.state, func.count()).group_by(Inbox.state))
    return {str(row[0]): int(row[1]) for row in rows}
