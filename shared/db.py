"""The database of one service: reads, writes, and the only commit."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Executable,
    MetaData,
    Select,
    Table,
    Text,
    exc,
    func,
    literal,
    text,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from shared.engines import autocommit_engine, postgresql_engine, sqlite_engine
from shared.log import log

Transaction = Session

NAMING = {
    "ix": "ix__%(table_name)s__%(column_0_N_name)s",
    "uq": "uq__%(table_name)s__%(column_0_N_name)s",
    "ck": "ck__%(table_name)s__%(constraint_name)s",
    "fk": "fk__%(table_name)s__%(column_0_N_name)s",
    "pk": "pk__%(table_name)s",
}
CHANNEL = "plenary_commits"
OUTBOX, TIMERS, MAIL = "outbox", "timers", "mail"


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime on both databases; SQLite itself keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Plumbing(DeclarativeBase):
    """The tables that every service has for its plumbing: outbox, inbox, timers, mails, keys."""

    metadata = MetaData(naming_convention=NAMING)


class Turns:
    """A lock that is handed on in the order in which it was asked for, so that nobody waits much longer than others."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


class Database:
    """One engine and its transactions; every app and worker carries its own.

    `base_url` is where links lead that are written in a transaction, whoever began it: a request, an event, a timer.
    """

    def __init__(self, url: str, *, pool_size: int = 10, base_url: str = "") -> None:
        self.url = url
        self._base_url = base_url.rstrip("/")
        self.dialect = make_url(url).get_backend_name()
        self.engine = (
            sqlite_engine(url, pool_size) if self.dialect == "sqlite" else postgresql_engine(url, pool_size)
        )
        self._single = self.engine if self.dialect == "sqlite" else autocommit_engine(url, pool_size)
        self._driver: Any = self.engine.dialect.loaded_dbapi
        self._texts: dict[Any, tuple[str, dict[str, Any], list[str]]] = {}
        self._write_lock = Turns() if self.dialect == "sqlite" else None
        self._after_commit: list[Callable[[frozenset[str]], None]] = []

    def on_commit(self, call: Callable[[frozenset[str]], None]) -> None:
        """Call this after every commit here that left work, with what it left: outbox, timers, mail."""
        self._after_commit.append(call)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A consistent look; whatever was changed in it is dropped."""
        with Session(self.engine, expire_on_commit=False) as db:
            yield db

    @contextmanager
    def glance(self) -> Iterator[Connection]:
        """For one statement that only reads: a single round trip on PostgreSQL, with no transaction around it."""
        with self._single.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """One transaction, committed at the end or not at all."""
        if self._write_lock is None:
            with self._committing() as db:
                yield db
        else:
            # SQLite has one writer anyway; waiting here instead of in its busy loop keeps p99 low.
            with self._write_lock, self._committing() as db:
                yield db

    def write_once(
        self, statement: Select[*tuple[Any, ...]], values: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """Run one statement that is a transaction by itself straight through PostgreSQL's driver: one round trip.

        Answers its only row, if there is one. The statement has to ring for the work that it leaves, see `ringing`;
        and as it is sent again when its connection turns out to be dead, it has to be one that can be repeated.
        """
        sql, fixed, names = self._compiled(statement)
        try:
            row = self._first_row(sql, {**fixed, **values})
        except self._driver.OperationalError:
            try:
                row = self._first_row(sql, {**fixed, **values})
            except self._driver.OperationalError as error:
                raise exc.OperationalError(sql, None, error, connection_invalidated=True) from error
        return dict(zip(names, row, strict=True)) if row is not None else None

    def _first_row(self, sql: str, values: Mapping[str, Any]) -> Sequence[Any] | None:
        """Raises what the driver raises, also when no connection can be had."""
        connection = self._single.raw_connection()
        try:
            return cast("Sequence[Any] | None", connection.cursor().execute(sql, values).fetchone())
        except self._driver.OperationalError as error:
            connection.invalidate(error)
            raise
        finally:
            connection.close()

    def _compiled(self, statement: Select[*tuple[Any, ...]]) -> tuple[str, dict[str, Any], list[str]]:
        """Its text, its constants and its columns; made once per statement object."""
        if statement not in self._texts:
            compiled = statement.compile(self.engine)
            names = [str(column.key) for column in statement.selected_columns]
            self._texts[statement] = (str(compiled), dict(compiled.params), names)
        return self._texts[statement]

    @contextmanager
    def _committing(self) -> Iterator[Transaction]:
        with Session(
            self.engine, expire_on_commit=False, info={"writes": True, "base_url": self._base_url}
        ) as db:
            db.connection(execution_options={"writes": True})
            yield db
            db.flush()
            work = frozenset(db.info.pop("wake", ()))
            if work and self.dialect == "postgresql":
                db.execute(
                    text("SELECT pg_notify(:channel, :work)"), {"channel": CHANNEL, "work": " ".join(work)}
                )
            db.commit()
        if work:
            for call in self._after_commit:
                call(work)

    def answers(self) -> bool:
        """Whether the database can be asked anything."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except Exception as error:  # noqa: BLE001 - any driver's error means the same here: not ready
            log.warning("database does not answer", reason=type(error).__name__)
            return False
        return True

    def close(self) -> None:
        self.engine.dispose()
        self._single.dispose()


def wake(db: Transaction, work: str) -> None:
    """Have whoever does this kind of work look as soon as this transaction is committed."""
    db.info.setdefault("wake", set()).add(work)


def ringing(work: str) -> ColumnElement[str]:
    """The same as an expression of a statement on PostgreSQL, for `write_once`."""
    return cast(ColumnElement[str], sql_cast(func.pg_notify(CHANNEL, work), Text))


def insert_new(db: Transaction, table: type[DeclarativeBase], **values: Any) -> bool:
    """Insert a row unless a unique key already has it; says whether it is new."""
    connection = db.connection()
    return connection.execute(_inserting_new(table, connection.dialect.name), values).first() is not None


@cache
def _inserting_new(table: type[DeclarativeBase], dialect: str) -> Executable:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(cast(Table, table.__table__)).on_conflict_do_nothing().returning(literal(1))
