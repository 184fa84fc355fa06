"""A generation: a shadow of a service's tables, beside the live ones, in which what it heard is built anew."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote
from uuid import uuid4

from sqlalchemy import FromClause, MetaData, String, Table, event, insert, literal, select, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.clock import now
from shared.db import NAMING, Database, Instant, Plumbing, Transaction

PREFIX = "rebuild_"
SHADOW = "shadow"
Model = type[DeclarativeBase]


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The own row without which a row of a read model means nothing: `column` holds its id, `gone` says it left."""

    model: Model
    column: str
    gone: str


@dataclass(frozen=True, kw_only=True)
class ReadModel:
    """What of a table is filled by events.

    All of it, unless `columns` are named: then the others are the service's own and are never touched, and a shadow
    begins with a copy of the rows, in which `reset` holds what these columns are before the first event.
    `heard_at` are moments at which this service heard of something; a rebuild hears later, so what counts is whether
    they are set. `owner` limits it to rows that mean something to the service.
    """

    columns: tuple[str, ...] = ()
    reset: Mapping[str, Any] | None = None
    heard_at: tuple[str, ...] = ()
    owner: Owner | None = None


WHOLE = ReadModel()
ReadModels = Mapping[Model, ReadModel]


class _Own(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class Record(_Own):
    """The one row of a shadow about itself. `seen_at` is when a worker began to fill it."""

    __tablename__ = "generation"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)


class Asked(_Own):
    """How far a publisher has been asked to tell again: up to which number of its outbox, and how many events.

    `is_all` once it was asked for its newest: whatever it tells later follows by itself.
    """

    __tablename__ = "asked"

    publisher: Mapped[str] = mapped_column(String(40), primary_key=True)
    up_to: Mapped[int] = mapped_column(default=0)
    count: Mapped[int] = mapped_column(default=0)
    is_all: Mapped[bool] = mapped_column(default=False)


class GenerationOpen(Exception):
    """There is a shadow already; a service has one at a time."""


def is_generation(name: str) -> bool:
    """Whether a replay of that name is for a shadow, and never for the live tables."""
    return name.startswith(PREFIX)


def is_shadow(db: Transaction) -> bool:
    """Whether this is a shadow, of which only the read models will be taken: what follows from these can be left."""
    return bool(db.info.get(SHADOW))


def find_generation(live: Database) -> str | None:
    """The name of the service's shadow, if it has one."""
    if live.dialect == "sqlite":
        file = _file_of(live, "")
        found = (path.name for path in file.parent.glob(f"{file.name}{PREFIX}*"))
        names = [name.removeprefix(file.name) for name in found]
        return next((name for name in sorted(names) if name.isidentifier()), None)
    with live.glance() as connection:
        return _schema_in(connection)


def open_shadow(live: Database, name: str) -> Database:
    """The shadow as a database of its own, in which handlers find the tables they know. It may lose its last moments
    when the machine does: it can be built again.
    """
    url = make_url(live.url)
    if live.dialect == "sqlite":
        file = _file_of(live, name)
        shadow = Database(f"sqlite:///{file}", pool_size=2)
        _never_create(shadow, file)
        event.listen(
            shadow.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF")
        )
        return shadow
    options = f"-c search_path={name} -c synchronous_commit=off"
    told = " ".join([str(url.query["options"]), options] if "options" in url.query else [options])
    address = url.update_query_dict({"options": told}).render_as_string(hide_password=False)
    return Database(address, pool_size=2)


@contextmanager
def beside(live: Database, name: str) -> Iterator[Database]:
    """The live database, with the tables of the shadow in reach under the shadow's name."""
    database = Database(live.url, pool_size=1)
    if live.dialect == "sqlite":
        _attach(database, name, _file_of(live, name))
    try:
        yield database
    finally:
        database.close()


def make_generation(live: Database, metadata: MetaData, models: ReadModels) -> str:
    """Make the shadow: own tables with all their rows, read models as they are before the first event.

    Raises GenerationOpen when there is one.
    """
    name = f"{PREFIX}{uuid4().hex[:12]}"
    if live.dialect == "sqlite":
        _make_file(live, name, metadata, models)
        return name
    with live.write() as db:
        db.execute(text("SELECT pg_advisory_xact_lock(hashtext('plenary rebuild'))"))
        if _schema_in(db.connection()) is not None:
            raise GenerationOpen
        db.execute(text(f"CREATE SCHEMA {name}"))
        _fill(db, name, metadata, models)
    return name


def drop_generation(live: Database) -> str | None:
    """Remove the shadow, also one that was cut off while it was made; returns its name if there was one."""
    name = find_generation(live)
    if live.dialect == "sqlite":
        for file in _file_of(live, "").parent.glob(f"{_file_of(live, PREFIX).name}*"):
            file.unlink(missing_ok=True)
    elif name is not None:
        with live.write() as db:
            db.execute(text(f"DROP SCHEMA {name} CASCADE"))
    return name


def shadows_of(name: str, *metadata: MetaData) -> dict[str, FromClause]:
    """The tables of these metadata in the shadow, to be asked beside the live ones; by the names they share."""
    return {key: table.alias(f"new_{key}") for key, table in _in_generation(name, *metadata).items()}


def table_of(model: Model) -> Table:
    return cast(Table, model.__table__)


def _in_generation(name: str, *metadata: MetaData) -> dict[str, Table]:
    shadow = MetaData(naming_convention=NAMING)
    tables = [table for part in metadata for table in part.sorted_tables]
    return {table.name: table.to_metadata(shadow, schema=name) for table in tables}


def _make_file(live: Database, name: str, metadata: MetaData, models: ReadModels) -> None:
    """Under another name until it is complete; whoever begins one meanwhile finds that."""
    draft = _file_of(live, f"{PREFIX}being-made")
    try:
        draft.touch(exist_ok=False)
    except FileExistsError as error:
        raise GenerationOpen from error
    try:
        if find_generation(live) is not None:
            raise GenerationOpen
        database = Database(live.url, pool_size=1)
        _attach(database, name, draft)
        try:
            with database.write() as db:
                _fill(db, name, metadata, models)
        finally:
            database.close()
        draft.replace(_file_of(live, name))
    finally:
        draft.unlink(missing_ok=True)


def _attach(database: Database, name: str, file: Path) -> None:
    _never_create(database, Path(make_url(database.url).database or ""))
    address = _address_of(file).replace("'", "''")
    event.listen(
        database.engine,
        "connect",
        lambda connection, _: connection.execute(f"ATTACH DATABASE '{address}' AS {name}"),
    )


def _never_create(database: Database, file: Path) -> None:
    """SQLite makes a file of whatever it cannot find; a shadow that was dropped must not come back empty."""

    def say_so(_dialect: Any, _record: Any, words: list[Any], settings: dict[str, Any]) -> None:
        words[0], settings["uri"] = _address_of(file), True

    event.listen(database.engine, "do_connect", say_so)


def _address_of(file: Path) -> str:
    return f"file:{quote(str(file))}?mode=rw"


def _fill(db: Transaction, name: str, metadata: MetaData, models: ReadModels) -> None:
    tables = _in_generation(name, _Own.metadata, Plumbing.metadata, metadata)
    connection = db.connection()
    next(iter(tables.values())).metadata.create_all(connection)
    by_table = {table_of(model).name: how for model, how in models.items()}
    for table in metadata.sorted_tables:
        how = by_table.get(table.name, ReadModel(columns=("",)))
        if how.columns:
            reset = how.reset or {}
            values = [
                literal(reset[column.name], column.type) if column.name in reset else column
                for column in table.columns
            ]
            names = [column.name for column in table.columns]
            connection.execute(insert(tables[table.name]).from_select(names, select(*values)))
    connection.execute(insert(tables[Record.__tablename__]).values(name=name, opened_at=now()))


def _schema_in(connection: Connection) -> str | None:
    found = text("SELECT nspname FROM pg_namespace WHERE nspname LIKE :pattern")
    return cast(str | None, connection.scalar(found, {"pattern": PREFIX.replace("_", "\\_") + "%"}))


def _file_of(live: Database, ending: str) -> Path:
    file = Path(make_url(live.url).database or "")
    return file.with_name(f"{file.name}.{ending}")
