"""The runbook's ways with databases and broker, tried on the real ones."""

import json
import re
import subprocess
import time
import urllib.request
from pathlib import Path

import pika
import pika.exceptions
import psycopg
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from services.events import events
from services.settings import NAMES
from shared.bus.tables import Inbox
from tests.deployment.compose import read_compose
from tests.deployment.stack import Deployment, fresh_environ
from tests.faults.accounts import accounts
from tests.faults.ledger import settle_accounts, wait_until_drained
from tests.served import ROOT
from tests.shared.test_bus import envelope

BROKER_PROGRAMS = Path("/usr/lib/rabbitmq/bin")
PATIENCE_SECONDS = 60
RUNBOOK = (ROOT / "deploy" / "runbook.md").read_text()


def postgres(deployment: Deployment, *command: str, given: bytes | None = None) -> bytes:
    """A program in the container of PostgreSQL, as its superuser."""
    url = make_url(deployment.administrator)
    environ = {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(url.port),
        "PGPASSWORD": str(url.password),
        "PATH": "/usr/bin:/bin",
    }
    done = subprocess.run(command, env=environ, input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def rabbitmq(deployment: Deployment, program: str, *arguments: str) -> str:
    """A program in the container of RabbitMQ."""
    done = subprocess.run(
        [BROKER_PROGRAMS / program, *arguments],
        env=dict(deployment.rabbitmq.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_health_checks_of_the_servers_answer(deployment: Deployment) -> None:
    declared = read_compose(fresh_environ())
    port = make_url(deployment.administrator).port
    _, *ask = declared["postgres"]["healthcheck"]["test"]
    postgres(deployment, *(word.replace("5432", str(port)) for word in ask))
    _, program, *options = declared["rabbitmq"]["healthcheck"]["test"]
    rabbitmq(deployment, program, *options)


def test_a_backup_comes_back_as_it_was_and_belongs_to_its_service(deployment: Deployment) -> None:
    dump = postgres(deployment, "pg_dump", "--username", "postgres", "--format", "custom", "badges")
    with psycopg.connect(deployment.administrator.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE DATABASE restored OWNER badges")
    options = ("--clean", "--if-exists", "--single-transaction")
    into = ("--username", "postgres", "--dbname", "restored")
    postgres(deployment, "pg_restore", *into, *options, given=dump)
    own = deployment.environ()["PLENARY_BADGES_DATABASE_URL"].replace("+psycopg", "")
    counts = []
    for url in (own, f"{own.rpartition('/')[0]}/restored"):
        with psycopg.connect(url) as connection:
            counts.append(
                [
                    connection.execute(f"SELECT count(*) FROM {table}").fetchone()
                    for table in ("holders", "badges", "inbox", "alembic_version")
                ]
            )
    assert counts[0] == counts[1]
    assert counts[0][0][0] > 10


def test_the_commands_about_events_are_right(deployment: Deployment) -> None:
    wait_until_drained(deployment.environ())
    raw = envelope(type="plenary.sessions.conference.stated.v9")
    with accounts(deployment.environ()) as stack:
        _, (event_id, _) = stack.runtimes["badges"].inbox.park(raw, "unknown version: v9")
    commands = [line.split() for line in re.findall(r"run --rm operator events (.+)", RUNBOOK)]
    assert len(commands) > 5
    for words in commands:
        done = CliRunner().invoke(
            events, [str(event_id) if word == "ID" else word for word in words], env=deployment.environ()
        )
        assert done.exit_code == 0, (words, done.output)
    wait_until_drained(deployment.environ())
    with accounts(deployment.environ()) as stack, stack.runtimes["badges"].database.write() as db:
        row = db.get_one(Inbox, (event_id, ""))
        assert (row.state, row.attempts) == ("parked", 1), "it was tried, and cannot be read yet"
        db.delete(row)


def test_the_numbers_of_a_worker_hold_every_alarm(deployment: Deployment) -> None:
    environ = deployment.environ("badges-worker")
    url = f"http://127.0.0.1:{environ['PLENARY_METRICS_PORT']}/metrics"
    with urllib.request.urlopen(url, timeout=10) as answer:
        told = {line.rpartition(" ")[0] for line in answer.read().decode().splitlines()}
    named = set(re.findall(r"`(plenary_[a-z_]+(?:\{[^}]*\})?)`", RUNBOOK))
    assert len(named) > 10
    assert named - told == set()


def test_everybody_can_be_told_everything_again_and_nothing_happens_twice(deployment: Deployment) -> None:
    wait_until_drained(deployment.environ())
    said = deployment.run("operator", "events", "replay", "all", "all")
    told = re.findall(r"(\w+): (\d+) events go to (\w+) again, as generation (\w+)", said)
    assert len(told) == len(NAMES) ** 2
    assert sum(int(count) for _, count, _, _ in told) > 100
    for _, count, subscriber, generation in told:
        wait_until_heard(deployment, subscriber, generation, int(count))
    ledger = settle_accounts(deployment.environ(), accepted=0)
    assert ledger.clean, ledger


def wait_until_heard(deployment: Deployment, subscriber: str, generation: str, count: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    query = select(func.count()).where(Inbox.generation == generation, Inbox.state == "done")
    with accounts(deployment.environ()) as stack:
        while True:
            with stack.runtimes[subscriber].database.read() as db:
                heard = db.scalar(query)
            if heard == count:
                return
            assert time.monotonic() < deadline, f"{subscriber} heard {heard} of {count}"
            time.sleep(0.1)


def test_a_new_broker_password_holds_as_soon_as_it_is_imported(
    deployment: Deployment, tmp_path: Path
) -> None:
    old = {f"PLENARY_{name.upper()}_BUS_PASSWORD": password(deployment, name) for name in NAMES}
    new = {**old, "PLENARY_SESSIONS_BUS_PASSWORD": "another-one"}
    try:
        import_definitions(deployment, tmp_path, new)
        assert not may_come_in(deployment, old["PLENARY_SESSIONS_BUS_PASSWORD"])
        assert may_come_in(deployment, "another-one")
    finally:
        import_definitions(deployment, tmp_path, old)
    assert may_come_in(deployment, old["PLENARY_SESSIONS_BUS_PASSWORD"])


def password(deployment: Deployment, service: str) -> str:
    return str(make_url(deployment.environ()[f"PLENARY_{service.upper()}_BUS_URL"]).password)


def import_definitions(deployment: Deployment, folder: Path, passwords: dict[str, str]) -> None:
    file = folder / "definitions.json"
    operator = deployment.containers["operator"]
    arguments = ("provision-broker", "--definitions", "--users", "--file", str(file))
    done = operator.run_with({**operator.environ, **passwords}, *arguments)
    assert done.returncode == 0, done.stderr
    assert not [name for name in passwords.values() if name in file.read_text()], "only hashes are written"
    assert json.loads(file.read_text())["users"]
    rabbitmq(deployment, "rabbitmqctl", "import_definitions", str(file))


def may_come_in(deployment: Deployment, password: str) -> bool:
    url = f"amqp://sessions:{password}@127.0.0.1:{deployment.rabbitmq.port}/plenary"
    try:
        pika.BlockingConnection(pika.URLParameters(url)).close()
    except pika.exceptions.ProbableAuthenticationError:
        return False
    return True
