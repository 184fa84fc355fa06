"""Two processes' worth of transactions on one SQLite file, as they are and as they must not be."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from shared.db import Database


@contextmanager
def deferred_transactions() -> Iterator[None]:
    def wrong(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
        return statement.replace("BEGIN IMMEDIATE", "BEGIN"), parameters

    event.listen(Engine, "before_cursor_execute", wrong, retval=True)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", wrong)


def contend() -> str:
    """Two processes' worth of databases on one file read and then write; says what went wrong."""
    failures: list[str] = []

    def count_up(database: Database) -> None:
        for _ in range(60):
            try:
                with database.write() as db:
                    number = db.execute(text("SELECT number FROM counter")).scalar_one()
                    db.execute(text("UPDATE counter SET number = :next"), {"next": number + 1})
            except OperationalError as error:
                failures.append(str(error.orig))

    with TemporaryDirectory() as folder:
        both = [Database(f"sqlite:///{Path(folder)}/counter.db") for _ in range(2)]
        with both[0].write() as db:
            db.execute(text("CREATE TABLE counter AS SELECT 0 AS number"))
        threads = [threading.Thread(target=count_up, args=(database,)) for database in both]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for database in both:
            database.close()
    return f"{len(failures)} of 120 changes failed: {failures[0]}" if failures else ""
