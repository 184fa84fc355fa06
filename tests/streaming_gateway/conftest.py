"""streaming_gateway alone, with empty tables, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey
from werkzeug.test import Client

from services.settings import embedded_environ
from services.streaming_gateway.app import SERVICE
from shared.auth.handlers import on_signing_keys_stated
from shared.auth.handoff import COOKIE
from shared.auth.principal import ORGANISER_SCOPES
from shared.auth.tokens import ISSUER, mint
from shared.bus.broker import bus_of
from shared.clock import now
from shared.contracts.registration import KeyFact, SigningKeysStated
from shared.db import Plumbing
from shared.ids import new_id
from shared.runtime import Runtime
from shared.settings import load_settings
from tests.streaming_gateway.facts import SLUG


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


@pytest.fixture
def operator(gateway: Runtime) -> Client:
    """The browser of an organiser of the conference."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key = KeyFact(kid="k1", x=str(OKPKey.import_key(pem).as_dict(private=False)["x"]))
    with gateway.database.write() as db:
        on_signing_keys_stated(db, SigningKeysStated(version=1, issuer=ISSUER, keys=(key,)))
    token = mint(
        private_key_pem=pem.decode(),
        kid="k1",
        audience=SERVICE.name,
        conference=SLUG,
        subject=str(new_id()),
        scopes=ORGANISER_SCOPES,
        now=now(),
    )
    client = Client(gateway.app)
    client.set_cookie(COOKIE, token, path=SERVICE.path)
    return client
