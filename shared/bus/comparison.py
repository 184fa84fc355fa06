"""Comparing a read model with its shadow, row by row and by checksum, and bringing it to what the shadow says."""

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    FromClause,
    Table,
    Text,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from shared.bus.generation import Owner, ReadModel, table_of
from shared.db import Transaction

ROWS_AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How one read model stands to its shadow. `rows` are those of the shadow; `checksum` is of those."""

    table: str
    rows: int
    checksum: str
    missing: int
    changed: int
    extra: int

    @property
    def differing(self) -> int:
        return self.missing + self.changed + self.extra

    def __str__(self) -> str:
        if not self.differing:
            return f"{self.table}: {self.rows:,} rows, equal ({self.checksum[:12]})"
        parts = [(self.missing, "missing"), (self.changed, "changed"), (self.extra, "too many")]
        words = ", ".join(f"{count:,} {word}" for count, word in parts if count)
        return f"{self.table}: {self.rows:,} rows, {self.differing:,} differ: {words}"


class Pair:
    """A table as it is and as it is built anew.

    `shadows` are all tables of the shadow by name; where own tables decide which rows count, both sides are asked.
    """

    def __init__(self, live: Table, model: ReadModel, shadows: dict[str, FromClause]) -> None:
        self.live = live
        self._model = model
        self._shadow = shadows[live.name]
        self._shadows = shadows
        self._is_whole = not model.columns
        self._keys = [column.name for column in live.primary_key]
        filled = model.columns or [column.name for column in live.columns]
        self._filled = [name for name in filled if name not in self._keys]

    def compare(self, db: Transaction) -> Comparison:
        """Equal checksums are the end of it; otherwise count what differs."""
        rows, checksum = self._checksum(db, self._shadow, self.live)
        is_equal = (rows, checksum) == self._checksum(db, self.live, self._shadow)
        counts = {"missing": 0, "changed": 0, "extra": 0}
        if not is_equal:
            counts = {
                "missing": self._count(db, self._shadow, self._is_missing()),
                "changed": self._count(db, self._shadow, exists().where(self._is_changed())),
                "extra": self._count(db, self.live, self._is_extra()) if self._is_whole else 0,
            }
        return Comparison(table=self.live.name, rows=rows, checksum=checksum, **counts)

    def swap(self, db: Transaction) -> None:
        """Take over the shadow's rows one by one, so that own columns and what refers to a row stay as they are."""
        if self._is_whole:
            db.execute(delete(self.live).where(self._is_extra()))
        values = {name: self._taken_over(name) for name in self._filled}
        if values:
            db.execute(update(self.live).where(self._is_changed()).values(values))
        names = [column.name for column in self.live.columns]
        rows = select(*(self._shadow.c[name] for name in names)).where(self._is_missing())
        db.execute(insert(self.live).from_select(names, rows))

    def _is_missing(self) -> ColumnElement[bool]:
        return and_(~exists().where(self._is_same()), self._counts(self._shadow))

    def _is_extra(self) -> ColumnElement[bool]:
        return and_(~exists().where(self._is_same()), self._counts(self.live))

    def _is_changed(self) -> ColumnElement[bool]:
        differ = [
            self._comparable(self.live, name).is_distinct_from(self._comparable(self._shadow, name))
            for name in self._filled
        ]
        return and_(self._is_same(), or_(*differ), self._counts(self._shadow))

    def _is_same(self) -> ColumnElement[bool]:
        return and_(*(self.live.c[name] == self._shadow.c[name] for name in self._keys))

    def _counts(self, table: FromClause) -> ColumnElement[bool]:
        """Whether a row of either side has its owner on both sides: elsewhere nothing can be said."""
        owner = self._model.owner
        if owner is None:
            return and_(True)
        live = table_of(owner.model)
        return and_(*(_has_owner(table, owner, side) for side in (live, self._shadows[live.name])))

    def _taken_over(self, name: str) -> ColumnElement[Any]:
        new = self._shadow.c[name]
        if name in self._model.heard_at:
            return case((new.is_(None), None), else_=func.coalesce(self.live.c[name], new))
        return new

    def _comparable(self, table: FromClause, name: str) -> ColumnElement[Any]:
        column = table.c[name]
        if name in self._model.heard_at:
            return column.is_not(None)
        return cast(column, Text) if isinstance(column.type, JSON) else column

    def _count(self, db: Transaction, table: FromClause, which: ColumnElement[bool]) -> int:
        return db.scalar(select(func.count()).select_from(table).where(which)) or 0

    def _checksum(self, db: Transaction, table: FromClause, other: FromClause) -> tuple[int, str]:
        """The number of rows, and a hash over them in the order of their keys."""
        names = [*self._keys, *self._filled]
        columns = [
            table.c[name].is_not(None) if name in self._model.heard_at else table.c[name] for name in names
        ]
        rows = select(*columns).where(self._counts(table)).order_by(*(table.c[name] for name in self._keys))
        if not self._is_whole:  # what only the service itself knows is on one side only
            same = [table.c[name] == other.c[name] for name in self._keys]
            rows = rows.where(exists().where(*same)) if table is self.live else rows
        count, checksum = 0, hashlib.sha256()
        for row in db.execute(rows, execution_options={"yield_per": ROWS_AT_ONCE}):
            checksum.update(repr(tuple(row)).encode())
            count += 1
        return count, checksum.hexdigest()


def _has_owner(table: FromClause, owner: Owner, side: FromClause) -> ColumnElement[bool]:
    # A row may be its own owner, so the owner is always asked for under another name.
    other = side.alias()
    (key,) = (other.c[column.name] for column in side.primary_key)
    return exists().where(key == table.c[owner.column], other.c[owner.gone].is_(None))
