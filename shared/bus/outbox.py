"""Telling an event: a row in the same transaction as the change it is about."""

import json
from typing import Any

from sqlalchemy import func, select
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
