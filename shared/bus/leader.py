"""One relay per service, however many workers run: whoever holds the lock relays, the others stand by."""

import time
import zlib

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from shared.db import Database
from shared.log import log

LOOK_SECONDS = 1.0
FROZEN_SECONDS = 15
GIVES_WAY_SECONDS = 3.0
# Whoever leads asks something every second, so one that has asked nothing for long hangs; its session is ended.
END_FROZEN = text(
    "SELECT pg_terminate_backend(a.pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
    "WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = :key AND l.objsubid = 1 "
    "AND a.datname = current_database() AND a.state_change < clock_timestamp() - make_interval(secs => :seconds)"
)


class Leadership:
    """A PostgreSQL advisory lock on a connection of its own; on SQLite the process is alone anyway."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._key = zlib.crc32(name.encode())
        self._connection: Connection | None = None
        self._looked_at = 0.0

    def holds(self) -> bool:
        """Whether this process leads; looks once a second, and tries to take over if nobody does."""
        if self._database.dialect != "postgresql":
            return True
        if time.monotonic() - self._looked_at >= LOOK_SECONDS:
            self._looked_at = time.monotonic()
            try:
                self._look()
            except SQLAlchemyError:
                self.release()
        return self._connection is not None

    def give_way(self) -> None:
        """Release, and let somebody else try first."""
        self.release()
        self._looked_at = time.monotonic() + GIVES_WAY_SECONDS

    def release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    def _look(self) -> None:
        if self._connection is not None:
            self._connection.exec_driver_sql("SELECT 1")
            return
        connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            if connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({self._key})").scalar():
                self._connection = connection
            elif connection.execute(END_FROZEN, {"key": self._key, "seconds": FROZEN_SECONDS}).first():
                log.warning("the relay that led has hung and was ended")
        finally:
            if self._connection is None:
                connection.close()
