"""streaming_gateway alone, with empty tables, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from werkzeug.test import Client

from services.settings import embedded_environ
from services.streaming_gateway.app import SERVICE
from shared.bus.broker import bus_of
from shared.db import Plumbing
from shared.runtime import Runtime
from shared.settings import load_settings


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/gateway.db"
    return str(request.getfixturevalue("empty_postgres_database"))


@pytest.fixture
def empty_postgres_database(postgres_url: str) -> str:
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS gateway WITH (FORCE)")
        connection.execute("CREATE DATABASE gateway")
    return postgres_url.rpartition("/")[0] + "/gateway"


@pytest.fixture
def gateway(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    given = {"DATA": str(tmp_path), "PLENARY_STREAMING_GATEWAY_DATABASE_URL": database_url}
    settings = load_settings(SERVICE.settings, SERVICE.name, embedded_environ(given))
    runtime = Runtime(SERVICE, settings, bus_of("memory:", {SERVICE.name: SERVICE.subscriptions}))
    for metadata in (Plumbing.metadata, SERVICE.metadata):
        metadata.create_all(runtime.database.engine)
    yield runtime
    runtime.database.close()


@pytest.fixture
def browser(gateway: Runtime) -> Client:
    return Client(gateway.app)
