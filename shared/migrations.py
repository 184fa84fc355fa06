"""Bringing a service's tables to the newest state: one Alembic environment for all services."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData
from sqlalchemy.engine import Connection

from shared.db import Database, Plumbing


def migrate(database: Database, service: str) -> None:
    """Upgrade to head; a database that is there already is left alone."""
    with _environment(database, service) as config:
        command.upgrade(config, "head")


def make_revision(database: Database, service: str, metadata: MetaData, message: str) -> None:
    """Write a migration for what the models have and the database has not."""
    with _environment(database, service) as config:
        config.attributes["metadata"] = [Plumbing.metadata, metadata]
        count = len(list(ScriptDirectory.from_config(config).walk_revisions()))
        command.revision(config, message, autogenerate=True, rev_id=f"{count + 1:04d}")


def heads_of(database: Database, service: str) -> list[str]:
    """The heads of a service's history: one, or somebody forgot to merge."""
    with _environment(database, service) as config:
        return list(ScriptDirectory.from_config(config).get_heads())


def differences(database: Database, metadata: MetaData) -> list[object]:
    """What the models say and the migrated database does not; empty when they agree."""
    with database.engine.connect() as connection:
        migrated = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": _is_ours}
        )
        return list(compare_metadata(migrated, _joined(metadata)))


def _joined(metadata: MetaData) -> MetaData:
    joined = MetaData(naming_convention=metadata.naming_convention)
    for part in (Plumbing.metadata, metadata):
        for table in part.tables.values():
            table.to_metadata(joined)
    return joined


def _is_ours(_object: object, name: str | None, kind: str, *_: object) -> bool:
    return not (kind == "table" and name == "alembic_version")


@contextmanager
def _environment(database: Database, service: str) -> Iterator[Config]:
    spec = find_spec(f"services.{service}")
    if spec is None or spec.origin is None:
        raise LookupError(f"no service {service}")
    config = Config()
    config.set_main_option("script_location", str(Path(spec.origin).parent / "migrations"))
    config.attributes["database"] = database
    yield config


def run(config: Config) -> None:
    """What every service's migrations/env.py calls."""
    database: Database = config.attributes["database"]
    with database.engine.connect().execution_options(writes=True) as connection:
        _lock(connection)
        context.configure(
            connection=connection,
            target_metadata=config.attributes.get("metadata"),
            render_as_batch=False,
            transaction_per_migration=False,
            render_item=_render_own_types,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


def _lock(connection: Connection) -> None:
    """Two processes that start together must not migrate together."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7251990)")


def _render_own_types(kind: str, item: object, _autogen: object) -> str | Literal[False]:
    if kind == "type" and type(item).__module__ == "shared.db":
        return f"shared.db.{type(item).__name__}()"
    return False
