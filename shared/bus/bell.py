"""Wakes a waiting loop: rung after commits here, and by the database for commits elsewhere."""

import threading
import time
from collections.abc import Callable

import psycopg
from sqlalchemy.engine import make_url

from shared.db import CHANNEL, MAIL, OUTBOX, TIMERS, Database
from shared.log import log


class Bell:
    """A counter that can be waited for; a ring between two waits is never missed."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings = 0

    def ring(self) -> None:
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    @property
    def rings(self) -> int:
        return self._rings

    def wait(self, seen: int, timeout: float) -> int:
        """Return the number of rings as soon as it passes `seen`, or after `timeout` seconds."""
        with self._condition:
            self._condition.wait_for(lambda: self._rings != seen, timeout)
            return self._rings


def listen(database: Database, ring: Callable[[frozenset[str]], None], stop: threading.Event) -> None:
    """Ring for every commit that any process makes on PostgreSQL; returns at once on SQLite."""
    if database.dialect != "postgresql":
        return
    address = make_url(database.url).set(drivername="postgresql").render_as_string(hide_password=False)
    while not stop.is_set():
        try:
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute(f"LISTEN {CHANNEL}")
                ring(frozenset({OUTBOX, TIMERS, MAIL}))
                while not stop.is_set():
                    for notice in connection.notifies(timeout=1):
                        ring(frozenset(notice.payload.split()))
        except psycopg.Error as error:
            log.warning("listening for commits failed", reason=type(error).__name__)
            time.sleep(1)
