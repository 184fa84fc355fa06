"""What a service's users may do on the database and on the broker, and what a wrong secret leads to."""

from collections.abc import Callable

import pika
import pika.exceptions
import psycopg
import pytest

from services.settings import NAMES
from shared.bus.topology import EXCHANGE, queue_of
from tests.deployment.stack import Deployment

Channel = pika.adapters.blocking_connection.BlockingChannel
OTHER = dict(zip(NAMES, (*NAMES[1:], NAMES[0]), strict=True))


def database_url(deployment: Deployment, service: str) -> str:
    url = deployment.environ()[f"PLENARY_{service.upper()}_DATABASE_URL"]
    return url.replace("+psycopg", "")


def bus_url(deployment: Deployment, service: str) -> str:
    return deployment.environ()[f"PLENARY_{service.upper()}_BUS_URL"]


@pytest.mark.parametrize("service", NAMES)
def test_a_user_of_the_database_reads_its_own_and_no_other(deployment: Deployment, service: str) -> None:
    own = database_url(deployment, service)
    with psycopg.connect(own) as connection:
        assert connection.execute("SELECT count(*) FROM outbox").fetchone() is not None
        row = connection.execute(
            "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert row == (False,)
    for other in (*[name for name in NAMES if name != service], "postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(f"{own.rpartition('/')[0]}/{other}")


def attempt(url: str, what: Callable[[Channel], object]) -> str:
    """The broker's refusal, or nothing."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        channel = connection.channel()
        channel.confirm_delivery()
        what(channel)
    except pika.exceptions.ChannelClosedByBroker as refusal:
        return str(refusal.reply_text)
    finally:
        if connection.is_open:
            connection.close()
    return ""


@pytest.mark.parametrize("service", NAMES)
def test_a_user_of_the_broker_can_only_tell_its_own_and_hear_its_own(
    deployment: Deployment, service: str
) -> None:
    url, other = bus_url(deployment, service), OTHER[service]
    refused = {
        "foreign key": lambda c: c.basic_publish(EXCHANGE, f"plenary.{other}.thing.happened.v1", b"x"),
        "foreign prefix": lambda c: c.basic_publish(EXCHANGE, f"plenary.{service}x.thing.happened.v1", b"x"),
        "default exchange": lambda c: c.basic_publish("", queue_of(other), b"x"),
        "dead letters": lambda c: c.basic_publish("plenary.dlx", other, b"x"),
        "foreign queue": lambda c: c.basic_consume(queue_of(other), lambda *_: None),
        "declare": lambda c: c.queue_declare("mine", durable=True),
        "bind": lambda c: c.queue_bind(queue_of(service), EXCHANGE, "plenary.#"),
        "delete": lambda c: c.queue_delete(queue_of(service)),
    }
    for what, call in refused.items():
        assert "ACCESS_REFUSED" in attempt(url, call), what
    assert attempt(url, lambda c: c.queue_declare(queue_of(service), passive=True)) == ""


def test_the_broker_knows_no_guest(deployment: Deployment) -> None:
    with pytest.raises(pika.exceptions.ProbableAuthenticationError):
        pika.BlockingConnection(
            pika.URLParameters(f"amqp://guest:guest@127.0.0.1:{deployment.rabbitmq.port}/")
        )


@pytest.mark.parametrize(
    ("role", "setting", "wrong", "sentence"),
    [
        ("web", "DATABASE_URL", "", "PLENARY_BADGES_DATABASE_URL is missing"),
        ("worker", "BUS_URL", "", "PLENARY_BADGES_BUS_URL is missing"),
        ("web", "DATABASE_URL", "wrong", "password authentication failed"),
        ("worker", "DATABASE_URL", "wrong", "password authentication failed"),
        ("worker", "BUS_URL", "wrong", "the broker refuses the user of badges"),
    ],
)
def test_a_process_with_a_wrong_or_missing_secret_refuses_to_start(
    deployment: Deployment, role: str, setting: str, wrong: str, sentence: str
) -> None:
    container = deployment.containers[f"badges-{role}"]
    name = f"PLENARY_BADGES_{setting}"
    environ = dict(container.environ)
    url = environ.pop(name)
    if wrong:
        secret = url.partition("://")[2].partition(":")[2].partition("@")[0]
        environ[name] = url.replace(secret, wrong)
    done = container.run_with(environ, *container.command[3:])
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
