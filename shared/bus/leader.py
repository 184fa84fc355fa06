"""One relay per service, however many workers run: whoever holds the lock relays, the others stand by."""

import zlib

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from shared.db import Database


class Leadership:
    """A PostgreSQL advisory lock on a connection of its own; on SQLite the process is alone anyway."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._key = zlib.crc32(name.encode())
        self._connection: Connection | None = None

    def holds(self) -> bool:
        """Whether this process leads now; tries to take over if nobody does."""
        if self._database.dialect != "postgresql":
            return True
        try:
            if self._connection is not None:
                self._connection.exec_driver_sql("SELECT 1")
                return True
            connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({self._key})").scalar():
                self._connection = connection
                return True
            connection.close()
        except SQLAlchemyError:
            self.release()
        return False

    def release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()
