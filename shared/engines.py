"""How a service connects to its database: PostgreSQL over lines that may die, or a SQLite file beside it."""

import time
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, exc
from sqlalchemy.engine import Connection, Engine, make_url

# A process that hangs within a transaction keeps its locks for so long, then PostgreSQL ends it.
HUNG_SECONDS = 20
NOTICE_DEAD_LINES = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
IDLE_SECONDS = 1.0


def postgresql_engine(url: str, pool_size: int) -> Engine:
    """For transactions."""
    told = make_url(url)
    options = (
        f"{told.query.get('options', '')} -c idle_in_transaction_session_timeout={HUNG_SECONDS}s".strip()
    )
    engine = create_engine(
        told.update_query_dict({"options": options}),
        pool_size=pool_size,
        max_overflow=pool_size,
        hide_parameters=True,
        connect_args=NOTICE_DEAD_LINES,
    )
    _ask_whether_idle_ones_live(engine)
    return engine


def autocommit_engine(url: str, pool_size: int) -> Engine:
    """For single statements on PostgreSQL: no question before, no rollback after."""
    return create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_reset_on_return=None,
        connect_args=NOTICE_DEAD_LINES,
    )


def sqlite_engine(url: str, pool_size: int) -> Engine:
    """For transactions, of which one at a time may write."""
    Path(make_url(url).database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=40,
        connect_args={"timeout": 15, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions on its own
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred transaction that reads first and writes later fails at once under concurrency.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _ask_whether_idle_ones_live(engine: Engine) -> None:
    """Before its first statement. One that was used just now is not asked: that would be a round trip each time."""

    @event.listens_for(engine, "checkin")
    def _rests(_connection: Any, record: Any) -> None:
        record.info["since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _wakes(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("since", time.monotonic()) < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise exc.DisconnectionError from error  # the pool then makes a new one
