"""registration alone, with empty tables, on both databases."""

from collections.abc import Callable, Iterator
from typing import Self

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from services.registration.app import SERVICE
from tests.alone import alone
from tests.registration.desk import Desk


@pytest.fixture
def desk(lone_environ: dict[str, str]) -> Iterator[Desk]:
    with alone(SERVICE, lone_environ) as runtime:
        with runtime.database.write() as db:
            SERVICE.on_start(db)
        yield Desk(runtime)


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
