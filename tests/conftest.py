"""The two set-ups every journey runs on: SQLite + in-process bus, and PostgreSQL + RabbitMQ."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pika
import psycopg
import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from services.allinone import four_services
from services.settings import NAMES
from shared.bus.provisioning import provision
from shared.bus.topology import queue_of
from shared.log import set_up_logging
from tests.harness import SteppedStack
from tests.provision.chromium import OPTIONS, executable
from tests.provision.postgres import postgres
from tests.provision.rabbitmq import broker

set_up_logging("WARNING")
# How long an example takes is the machine's business.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
# The generated clips are the same for every installation; making them once is enough.
CLIPS = Path(__file__).parents[1] / "var" / "clips"
os.environ["PLENARY_STREAMING_GATEWAY_CLIPS_DIR"] = str(CLIPS)
SET_UPS = ("embedded", "deployed")


@pytest.fixture(scope="session")
def amqp_url() -> Iterator[str]:
    with broker() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for everything that walks in a browser."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable(), headless=True, args=list(OPTIONS))
        yield started
        started.close()


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """The same, without a page of an earlier test: whatever plays on in one takes from all that follow."""
    yield chromium
    for context in chromium.contexts:
        context.close()


@pytest.fixture(scope="session")
def provisioned(amqp_url: str) -> str:
    """The broker with exchange, queues and bindings."""
    provision(amqp_url, {service.name: service.subscriptions for service in four_services()})
    return amqp_url


@pytest.fixture(scope="session")
def sqlite_templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated empty SQLite files, to be copied."""
    folder = tmp_path_factory.mktemp("templates")
    prepare({"DATA": str(folder)})
    return folder


@pytest.fixture(scope="session")
def sqlite_demo(tmp_path_factory: pytest.TempPathFactory, sqlite_templates: Path) -> Path:
    """The same with the demonstration conference and the mails it sent."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    shutil.copytree(sqlite_templates, folder)
    seed({"DATA": str(folder)})
    return folder


@pytest.fixture(scope="session")
def postgres_templates(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Migrated empty databases, to be copied by PostgreSQL itself."""
    with administrator(postgres_url) as connection:
        for name in NAMES:
            connection.execute(f"CREATE DATABASE template_{name}")
    prepare({**database_environ(postgres_url, "template"), "DATA": str(tmp_path_factory.mktemp("pg"))})
    return postgres_url


@pytest.fixture(scope="session")
def postgres_demo(
    postgres_templates: str, provisioned: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """The same with the demonstration conference, and the folder with the mails it sent."""
    folder = tmp_path_factory.mktemp("pg-demo")
    copy_databases(postgres_templates, "template", "demo")
    purge(provisioned)
    seed(deployed(postgres_templates, provisioned, "demo", folder))
    return postgres_templates, folder


@pytest.fixture
def embedded_environ(tmp_path: Path, sqlite_templates: Path) -> dict[str, str]:
    return {"DATA": str(shutil.copytree(sqlite_templates, tmp_path / "data"))}


@pytest.fixture
def embedded_demo_environ(tmp_path: Path, sqlite_demo: Path) -> dict[str, str]:
    return {"DATA": str(shutil.copytree(sqlite_demo, tmp_path / "data"))}


@pytest.fixture
def deployed_environ(tmp_path: Path, postgres_templates: str, provisioned: str) -> dict[str, str]:
    copy_databases(postgres_templates, "template", "test")
    purge(provisioned)
    return deployed(postgres_templates, provisioned, "test", tmp_path / "data")


@pytest.fixture
def deployed_demo_environ(
    tmp_path: Path, postgres_demo: tuple[str, Path], provisioned: str
) -> dict[str, str]:
    url, folder = postgres_demo
    copy_databases(url, "demo", "test")
    purge(provisioned)
    return deployed(url, provisioned, "test", shutil.copytree(folder, tmp_path / "data"))


@pytest.fixture(params=SET_UPS)
def environ(request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings of one set-up, with nothing in its databases."""
    return dict(request.getfixturevalue(f"{request.param}_environ"))


@pytest.fixture(params=SET_UPS)
def demo_environ(request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings of one set-up, with the demonstration conference in its databases."""
    return dict(request.getfixturevalue(f"{request.param}_demo_environ"))


@pytest.fixture
def stack(environ: dict[str, str]) -> Iterator[SteppedStack]:
    """The four services, empty, on one of the two set-ups."""
    stepped = SteppedStack(environ).open()
    yield stepped
    stepped.close()


@pytest.fixture
def demo(demo_environ: dict[str, str]) -> Iterator[SteppedStack]:
    """The four services with the demonstration conference in them."""
    stepped = SteppedStack(demo_environ).open()
    yield stepped
    stepped.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def lone_environ(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The settings of one service by itself, with an empty database of either kind."""
    if request.param == "sqlite":
        return {"DATA": str(tmp_path), "PLENARY_DATABASE_URL": f"sqlite:///{tmp_path}/alone.db"}
    url = str(request.getfixturevalue("postgres_url"))
    with administrator(url) as connection:
        connection.execute("DROP DATABASE IF EXISTS alone WITH (FORCE)")
        connection.execute("CREATE DATABASE alone")
    return {"DATA": str(tmp_path), "PLENARY_DATABASE_URL": f"{url.rpartition('/')[0]}/alone"}


def prepare(environ: dict[str, str]) -> None:
    stack = SteppedStack(environ)
    stack.prepare()
    stack.close()


def seed(environ: dict[str, str]) -> None:
    stack = SteppedStack(environ).open()
    stack.seed_demo()
    stack.close()


def deployed(url: str, amqp_url: str, prefix: str, folder: Path) -> dict[str, str]:
    return {"DATA": str(folder), "PLENARY_BUS_URL": amqp_url, **database_environ(url, prefix)}


def copy_databases(url: str, source: str, target: str) -> None:
    with administrator(url) as connection:
        for name in NAMES:
            connection.execute(f"DROP DATABASE IF EXISTS {target}_{name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {target}_{name} TEMPLATE {source}_{name}")


def administrator(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(plain(url), autocommit=True)


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
