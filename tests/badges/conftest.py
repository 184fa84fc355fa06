"""badges alone, with empty tables, on both databases."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from werkzeug.test import Client

from services.badges.app import SERVICE
from services.settings import embedded_environ
from shared.bus.broker import bus_of
from shared.db import Plumbing
from shared.runtime import Runtime
from shared.settings import load_settings
from tests.badges.facts import ATTENDEE, SLUG
from tests.badges.tokens import trust_test_key, with_token

SignIn = Callable[..., Client]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/badges.db"
    return str(request.getfixturevalue("empty_postgres_database"))


@pytest.fixture
def empty_postgres_database(postgres_url: str) -> str:
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS badges WITH (FORCE)")
        connection.execute("CREATE DATABASE badges")
    return postgres_url.rpartition("/")[0] + "/badges"


@pytest.fixture
def badges(database_url: str, tmp_path: Path) -> Iterator[Runtime]:
    given = {"DATA": str(tmp_path), "PLENARY_BADGES_DATABASE_URL": database_url}
    settings = load_settings(SERVICE.settings, SERVICE.name, embedded_environ(given))
    runtime = Runtime(SERVICE, settings, bus_of("memory:", {SERVICE.name: SERVICE.subscriptions}))
    for metadata in (Plumbing.metadata, SERVICE.metadata):
        metadata.create_all(runtime.database.engine)
    trust_test_key(runtime)
    yield runtime
    runtime.database.close()


@pytest.fixture
def organiser(badges: Runtime) -> Client:
    return with_token(badges, scopes={"badge:print"}, conference=SLUG)


@pytest.fixture
def attendee(badges: Runtime) -> Client:
    return with_token(badges, scopes={"reg:self"}, conference=SLUG, subject=str(ATTENDEE))
