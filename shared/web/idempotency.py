"""The same request twice has one effect and one answer."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.clock import now
from shared.db import Instant, Plumbing, Transaction
from shared.errors import Refusal


class IdempotencyKey(Plumbing):
    """What was answered to a key; stored with the effect, so both exist or neither."""

    __tablename__ = "idempotency_keys"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(Instant)


class KeyReused(Refusal):
    """The key was used for a different request."""

    status = 422
    code = "idempotency_key_reused"
    title = "This key was already used for something else"


def idempotent(
    db: Transaction, key: str | None, content: Any, produce: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """What `produce` answers, or the stored answer if this key was seen. Raises KeyReused for other content.

    Two at the same time: the second one's insert fails on the key and its transaction with it; it then asks again.
    """
    if not key:
        return produce()
    fingerprint = hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
    row = db.get(IdempotencyKey, key[:200])
    if row is not None:
        if row.fingerprint != fingerprint:
            raise KeyReused
        return row.answer
    answer = produce()
    db.add(IdempotencyKey(key=key[:200], fingerprint=fingerprint, answer=answer, created_at=now()))
    db.flush()
    return answer
