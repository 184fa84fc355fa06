"""registration alone, with empty tables, on both databases."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from services.registration.app import SERVICE
from services.settings import embedded_environ
from shared.bus.broker import bus_of
from shared.db import Plumbing
from shared.runtime import Runtime
from shared.settings import load_settings
from tests.registration.desk import Desk


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/registration.db"
    return str(request.getfixturevalue("empty_postgres_database"))


@pytest.fixture
def empty_postgres_database(postgres_url: str) -> str:
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS registration_alone WITH (FORCE)")
        connection.execute("CREATE DATABASE registration_alone")
    return postgres_url.rpartition("/")[0] + "/registration_alone"


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    given = {"DATA": str(tmp_path), "PLENARY_REGISTRATION_DATABASE_URL": database_url}
    settings = load_settings(SERVICE.settings, SERVICE.name, embedded_environ(given))
    runtime = Runtime(SERVICE, settings, bus_of("memory:", {SERVICE.name: SERVICE.subscriptions}))
    for metadata in (Plumbing.metadata, SERVICE.metadata):
        metadata.create_all(runtime.database.engine)
    with runtime.database.write() as db:
        SERVICE.on_start(db)
    yield Desk(runtime)
    runtime.database.close()


class QueryCount:
    """How many statements the database was sent while this was open."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.count = 0

    def __enter__(self) -> Self:
        event.listen(self._engine, "before_cursor_execute", self._seen)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._seen)

    def _seen(self, *_: object) -> None:
        self.count += 1


@pytest.fixture
def count_queries() -> Callable[[Desk], QueryCount]:
    return lambda desk: QueryCount(desk.database.engine)
