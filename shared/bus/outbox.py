"""Telling an event: a row in the same transaction as the change it is about."""

import json
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, func, select, update
from structlog.contextvars import get_contextvars

from shared.bus.envelope import MAX_BYTES
from shared.bus.tables import Outbox
from shared.clock import now
from shared.contracts.base import Event
from shared.db import OUTBOX, Transaction, wake
from shared.ids import new_id


def publish(db: Transaction, event: Event) -> None:
    """Commit the event with the change, for the relay to send; raises ValueError when it breaks its contract."""
    db.add(Outbox(**row_of(event)))
    # Flushed at once, so that rows get their numbers in the order in which they were told.
    db.flush()
    wake(db, OUTBOX)


def row_of(event: Event) -> dict[str, Any]:
    """The outbox row that tells an event, for a statement that writes it together with the change.

    Raises ValueError when the event breaks its contract.
    """
    body = json.dumps(event.to_data(), ensure_ascii=False, separators=(",", ":"))
    if len(body.encode()) > MAX_BYTES - 2048:
        raise ValueError(f"{event.TYPE} is too long for the bus: {len(body)} characters")
    return {
        "event_id": new_id(),
        "type": event.TYPE,
        "subject": event.subject,
        "sequence": event.version,
        "conference": getattr(event, "conference_id", None),
        "dataclass": event.DATACLASS,
        "body": body,
        "traceparent": str(get_contextvars().get("traceparent", "")),
        "target": "",
        "generation": "",
        "created_at": now(),
    }


def count_unsent(db: Transaction) -> int:
    """How many events still wait for the relay."""
    return db.scalar(select(func.count()).select_from(Outbox).where(Outbox.sent_at.is_(None))) or 0


def send_again(db: Transaction, since: datetime | None = None) -> int:
    """Have every event that was sent since then, or ever, sent once more as it was; returns how many.

    It keeps its id, so whoever knows it already drops it: for a broker that lost its disk, or after a restore.
    """
    sent = update(Outbox).where(Outbox.sent_at.is_not(None), Outbox.generation == "")
    if since is not None:
        sent = sent.where(Outbox.sent_at >= since)
    done = cast(CursorResult[Any], db.execute(sent.values(sent_at=None)))
    wake(db, OUTBOX)
    return done.rowcount
