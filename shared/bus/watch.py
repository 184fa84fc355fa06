"""Says in the log what an operator has to know of the bus: once, again every ten minutes, and when it is over."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from shared.bus.status import ALARM_SECONDS, Incoming, Outgoing, incoming, outgoing
from shared.clock import now
from shared.db import Database
from shared.log import log

LOOK_SECONDS = 10.0
SAY_SECONDS = 600.0


@dataclass(frozen=True, kw_only=True)
class _Trouble:
    """What to say of it; an error is worth waking somebody."""

    words: str
    is_error: bool
    facts: dict[str, int]


class Watch:
    """Counts as trouble what two looks in succession have seen. `clock` counts seconds and never goes back."""

    def __init__(self, database: Database, service: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._service = service
        self._clock = clock
        self._looked_at = clock() - LOOK_SECONDS
        self._said: dict[str, tuple[str, float]] = {}  # the words, empty after one look only, and when

    def look(self) -> None:
        """Cheap to call as often as one likes; looks every ten seconds."""
        at = self._clock()
        if at - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = at
        moment = now()
        with self._database.read() as db:
            found = _troubles(outgoing(db, moment), incoming(db, moment))
        for where in self._said.keys() - found.keys():
            words, _ = self._said.pop(where)
            if words:
                log.warning("over", service=self._service, what=words)
        for where, trouble in found.items():
            self._note(where, trouble, at)

    def _note(self, where: str, trouble: _Trouble, at: float) -> None:
        if where not in self._said:
            self._said[where] = ("", at)
            return
        words, said_at = self._said[where]
        if words != trouble.words or at - said_at >= SAY_SECONDS:
            self._said[where] = (trouble.words, at)
            say = log.error if trouble.is_error else log.warning
            say(trouble.words, service=self._service, **trouble.facts)


def _troubles(going: Outgoing, coming: Incoming) -> dict[str, _Trouble]:
    found: dict[str, _Trouble] = {}
    if going.degraded:
        is_late = going.oldest_seconds > ALARM_SECONDS
        found["outbox"] = _Trouble(
            words="events have waited to be sent for over ten minutes"
            if is_late
            else "events wait to be sent",
            is_error=is_late,
            facts={"waiting": going.waiting, "oldest_seconds": round(going.oldest_seconds)},
        )
    if coming.stuck:
        found["inbox"] = _Trouble(
            words="events fail again and again",
            is_error=True,
            facts={"count": coming.stuck, "oldest_seconds": round(coming.oldest_seconds)},
        )
    return found
