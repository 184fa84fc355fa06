"""Where messages come in: into the live tables, and while a shadow is built anew, into that too."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from shared.bus.envelope import Envelope, Unreadable, read_envelope
from shared.bus.generation import SHADOW, Record, find_generation, is_generation, open_shadow
from shared.bus.inbox import Handler, InboxReceiver
from shared.bus.publisher import Settled
from shared.clock import now
from shared.contracts.base import Event
from shared.db import Database, Transaction
from shared.log import log

LOOK_SECONDS = 0.2


class Reception(InboxReceiver):
    """An inbox that knows of the service's shadow.

    What is told again for the shadow goes there alone. Whatever else is told goes there first: when the shadow takes
    the place of the read models, nothing may have been seen by these that the shadow has not seen.
    """

    def __init__(
        self, database: Database, handlers: Mapping[type[Event], Handler], **settings: Callable[[], Any]
    ) -> None:
        super().__init__(database, handlers, **settings)
        self._live = database
        self._known_handlers = handlers
        self._looking = threading.Lock()
        self._looked_at = -LOOK_SECONDS
        self._shadow: _Shadow | None = None

    def take(self, envelope: Envelope, raw: bytes, *, again: bool) -> tuple[str, Settled]:
        if is_generation(envelope.replay):
            self._to_shadow(envelope.replay, lambda shadow: shadow.inbox.take(envelope, raw, again=again))
            return envelope.publisher, (envelope.id, envelope.replay)
        if not envelope.replay:
            self._to_shadow("", lambda shadow: shadow.inbox.take(envelope, raw, again=again))
        return super().take(envelope, raw, again=again)

    def park(self, raw: bytes, reason: str) -> tuple[str, Settled]:
        try:
            envelope = read_envelope(raw)
        except Unreadable:
            return super().park(raw, reason)
        if is_generation(envelope.replay):
            self._to_shadow(envelope.replay, lambda shadow: shadow.inbox.park(raw, reason))
            return envelope.publisher, (envelope.id, envelope.replay)
        if not envelope.replay:
            self._to_shadow("", lambda shadow: shadow.inbox.park(raw, reason))
        return super().park(raw, reason)

    def retry_due(self, at: datetime) -> bool:
        retried = []
        self._to_shadow("", lambda shadow: retried.append(shadow.inbox.retry_due(at)))
        return super().retry_due(at) or any(retried)

    def close(self) -> None:
        """Let go of the shadow; it stays what it is."""
        with self._looking:
            if self._shadow is not None:
                self._shadow.database.close()
                self._shadow = None

    def _to_shadow(self, name: str, give: Callable[["_Shadow"], Any]) -> None:
        """To the shadow of that name, or to any if it is empty; one that is gone wants nothing any more."""
        shadow = self._find(name)
        if shadow is None:
            return
        try:
            give(shadow)
        except SQLAlchemyError:
            if find_generation(self._live) == shadow.name:
                raise
            log.info("the shadow is gone", generation=shadow.name)

    def _find(self, name: str) -> "_Shadow | None":
        with self._looking:
            is_other = bool(name) and (self._shadow is None or self._shadow.name != name)
            if is_other or time.monotonic() - self._looked_at >= LOOK_SECONDS:
                self._look()
                self._looked_at = time.monotonic()
            shadow = self._shadow
        return None if shadow is None or (name and shadow.name != name) else shadow

    def _look(self) -> None:
        name = find_generation(self._live)
        if self._shadow is not None and self._shadow.name != name:
            self._shadow.database.close()
            self._shadow = None
        if name is not None and self._shadow is None:
            self._shadow = _Shadow(self._live, name, self._known_handlers)


class _Shadow:
    """The shadow's own inbox; whatever its handlers leave to be sent stays there and goes with it."""

    def __init__(self, live: Database, name: str, handlers: Mapping[type[Event], Handler]) -> None:
        self.name = name
        self.database = open_shadow(live, name)
        told = {kind: partial(_apply, handler) for kind, handler in handlers.items()}
        self.inbox = InboxReceiver(self.database, told)
        with self.database.write() as db:
            db.execute(update(Record).where(Record.seen_at.is_(None)).values(seen_at=now()))
        log.info("a shadow is filled", generation=name)


def _apply(handler: Handler, db: Transaction, event: Event) -> None:
    db.info[SHADOW] = True
    handler(db, event)
