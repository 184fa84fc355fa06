"""A database that can be away, and under which a process can die just before or just after its commit."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from shared.db import Database, Plumbing, Transaction
from tests.simulator.toys import Base

TABLES = ("outbox", "inbox", "facts", "effects", "sqlite_sequence")


class Death(BaseException):
    """A process ends here. Whatever it held is gone with it; only what was committed stays."""


class FaultyDatabase(Database):
    """`dies` is asked before and after every commit; one that `is_away` refuses everything, or the next few `refusals`.

    Making an engine takes longer than a whole history, so one serves many, emptied in between.
    """

    def __init__(self, file: Path) -> None:
        super().__init__(f"sqlite:///{file}")
        self.file = file
        for metadata in (Plumbing.metadata, Base.metadata):
            metadata.create_all(self.engine)
        self.auditor = sqlite3.connect(file, isolation_level=None)
        self.empty()

    def empty(self) -> None:
        self.is_away, self.refusals = False, 0
        self.dies: Callable[[str], bool] = lambda _moment: False
        self.auditor.executescript(f"BEGIN; {' '.join(f'DELETE FROM {name};' for name in TABLES)} COMMIT;")

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        self._refuse_if_away()
        with super().read() as db:
            yield db

    @contextmanager
    def glance(self) -> Iterator[Connection]:
        self._refuse_if_away()
        with super().glance() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        self._refuse_if_away()
        with super().write() as db:
            yield db
            self._die("before its commit")
        self._die("after its commit")

    def answers(self) -> bool:
        return not self.is_away

    def close(self) -> None:
        self.auditor.close()
        super().close()

    def _die(self, moment: str) -> None:
        if self.dies(moment):
            raise Death(moment)

    def _refuse_if_away(self) -> None:
        if self.is_away or self.refusals:
            self.refusals = max(0, self.refusals - 1)
            raise OperationalError("BEGIN", None, sqlite3.OperationalError("disk I/O error"))


@contextmanager
def databases(folder: Path, names: tuple[str, ...]) -> Iterator[dict[str, FaultyDatabase]]:
    """One for each service, in files of this folder."""
    made = {name: FaultyDatabase(folder / f"{name}.db") for name in names}
    try:
        yield made
    finally:
        for database in made.values():
            with closing(database):
                pass
