"""Two toy services on either set-up."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from shared.bus.provisioning import provision
from tests.conftest import plain, purge
from tests.harness import SteppedStack
from tests.shared.toys import MENDED, create_tables, toy_services


@pytest.fixture(params=["embedded", "deployed"])
def toys(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SteppedStack]:
    environ = {"DATA": str(tmp_path)}
    if request.param == "deployed":
        environ |= _deployed(request.getfixturevalue("postgres_url"), request.getfixturevalue("amqp_url"))
    MENDED.done = False
    stack = SteppedStack(environ, toy_services())
    for runtime in stack.runtimes.values():
        create_tables(runtime)
    yield stack.open()
    stack.close()


def _deployed(postgres_url: str, amqp_url: str) -> dict[str, str]:
    environ = {"PLENARY_BUS_URL": amqp_url}
    with psycopg.connect(plain(postgres_url), autocommit=True) as connection:
        for name in ("sessions", "badges"):
            connection.execute(f"DROP DATABASE IF EXISTS toy_{name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE toy_{name}")
            environ[f"PLENARY_{name.upper()}_DATABASE_URL"] = f"{postgres_url.rpartition('/')[0]}/toy_{name}"
    provision(amqp_url, {service.name: service.subscriptions for service in toy_services()})
    purge(amqp_url, ("sessions", "badges"))
    return environ
