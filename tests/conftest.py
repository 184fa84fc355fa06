"""The two set-ups every journey runs on: SQLite + in-process bus, and PostgreSQL + RabbitMQ."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pika
import psycopg
import pytest

from services.settings import NAMES
from shared.bus.topology import provision, queue_of
from shared.log import set_up_logging
from tests.harness import SteppedStack
from tests.provision.postgres import postgres
from tests.provision.rabbitmq import broker

set_up_logging("WARNING")


@pytest.fixture(scope="session")
def amqp_url() -> Iterator[str]:
    with broker() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated empty SQLite files, to be copied."""
    folder = tmp_path_factory.mktemp("templates")
    stack = SteppedStack({"DATA": str(folder)})
    stack.prepare()
    stack.close()
    return folder


@pytest.fixture(scope="session")
def postgres_templates(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Migrated empty databases, to be copied by PostgreSQL itself."""
    with psycopg.connect(plain(postgres_url), autocommit=True) as connection:
        for name in NAMES:
            connection.execute(f"CREATE DATABASE template_{name}")
    environ = database_environ(postgres_url, "template")
    stack = SteppedStack({**environ, "DATA": str(tmp_path_factory.mktemp("pg"))})
    stack.prepare()
    stack.close()
    return postgres_url


@pytest.fixture
def embedded_environ(tmp_path: Path, sqlite_templates: Path) -> dict[str, str]:
    for path in sqlite_templates.glob("*.db*"):
        shutil.copy(path, tmp_path / path.name)
    return {"DATA": str(tmp_path)}


@pytest.fixture
def deployed_environ(tmp_path: Path, postgres_templates: str, amqp_url: str) -> dict[str, str]:
    with psycopg.connect(plain(postgres_templates), autocommit=True) as connection:
        for name in NAMES:
            connection.execute(f"DROP DATABASE IF EXISTS test_{name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE test_{name} TEMPLATE template_{name}")
    stack = SteppedStack({"DATA": str(tmp_path)})
    provision(amqp_url, {name: runtime.service.subscriptions for name, runtime in stack.runtimes.items()})
    stack.close()
    purge(amqp_url)
    return {
        "DATA": str(tmp_path),
        "PLENARY_BUS_URL": amqp_url,
        **database_environ(postgres_templates, "test"),
    }


@pytest.fixture(params=["embedded", "deployed"])
def environ(request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings of one set-up."""
    return dict(request.getfixturevalue(f"{request.param}_environ"))


@pytest.fixture
def stack(environ: dict[str, str]) -> Iterator[SteppedStack]:
    """The four services, empty, on one of the two set-ups."""
    stepped = SteppedStack(environ).open()
    yield stepped
    stepped.close()


@pytest.fixture
def demo(stack: SteppedStack) -> SteppedStack:
    """The four services with the demonstration conference in them."""
    stack.seed_demo()
    return stack


def database_environ(url: str, prefix: str) -> dict[str, str]:
    base = url.rpartition("/")[0]
    return {f"PLENARY_{name.upper()}_DATABASE_URL": f"{base}/{prefix}_{name}" for name in NAMES}


def plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


def purge(amqp_url: str, names: tuple[str, ...] = NAMES) -> None:
    connection = pika.BlockingConnection(pika.URLParameters(amqp_url))
    for name in names:
        connection.channel().queue_purge(queue_of(name))
    connection.close()
