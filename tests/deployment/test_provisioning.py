"""One command brings the broker to what the event catalogue says, and nothing works on a broker that differs."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pika
import pytest

from services.settings import NAMES
from shared.bus.topology import EXCHANGE, POLICIES, heard_of, queue_of
from tests.deployment.stack import Deployment
from tests.deployment.test_runbook import rabbitmq

TYPE = "plenary.sessions.slot.stated.v1"


@pytest.fixture
def control(deployment: Deployment, tmp_path: Path) -> str:
    """The broker's command as an operator types it: whatever reaches the node."""
    script = tmp_path / "ctl"
    settings = " ".join(f"{name}={shlex.quote(value)}" for name, value in deployment.rabbitmq.environ.items())
    script.write_text(f'#!/bin/sh\nexec env {settings} /usr/lib/rabbitmq/bin/rabbitmqctl "$@"\n')
    script.chmod(0o755)
    return str(script)


@pytest.fixture
def channel(deployment: Deployment) -> Iterator[pika.adapters.blocking_connection.BlockingChannel]:
    """An administrator's, for as long as a test needs one."""
    rabbitmq(deployment, "rabbitmqctl", "add_user", "administrator", "secret")
    rabbitmq(deployment, "rabbitmqctl", "set_permissions", "-p", "plenary", "administrator", ".*", ".*", ".*")
    url = f"amqp://administrator:secret@127.0.0.1:{deployment.rabbitmq.port}/plenary"
    connection = pika.BlockingConnection(pika.URLParameters(url))
    yield connection.channel()
    connection.close()
    rabbitmq(deployment, "rabbitmqctl", "delete_user", "administrator")


def provision(deployment: Deployment, *arguments: str) -> tuple[int, str]:
    done = deployment.containers["operator"].run("provision-broker", *arguments)
    return done.returncode, done.stdout + done.stderr


def test_a_missing_binding_is_named_keeps_the_worker_from_starting_and_is_mended(
    deployment: Deployment, control: str, channel: pika.adapters.blocking_connection.BlockingChannel
) -> None:
    assert provision(deployment, "--ctl", control, "--check") == (
        0,
        "the broker is as the event catalogue says\n",
    )
    channel.queue_unbind(queue_of("badges"), heard_of("badges"), TYPE)
    code, said = provision(deployment, "--ctl", control, "--check")
    assert code == 1
    assert f"badges.heard to badges.in by {TYPE} is missing" in said
    refused = deployment.containers["badges-worker"].run("worker", "badges")
    assert refused.returncode == 2
    assert refused.stderr.splitlines() == [
        f"Error: the broker does not bring badges {TYPE}; run provision-broker, or load its definitions"
    ]
    assert provision(deployment, "--ctl", control)[0] == 0
    assert provision(deployment, "--ctl", control, "--check")[0] == 0


def test_a_queue_cut_off_from_all_events_is_noticed(
    deployment: Deployment, control: str, channel: pika.adapters.blocking_connection.BlockingChannel
) -> None:
    channel.exchange_unbind(heard_of("badges"), EXCHANGE, "#")
    refused = deployment.containers["badges-worker"].run("worker", "badges")
    assert "does not bring badges anything at all" in refused.stderr
    assert provision(deployment, "--ctl", control)[0] == 0


def test_a_policy_that_was_changed_is_named_and_mended(deployment: Deployment, control: str) -> None:
    rabbitmq(
        deployment, "rabbitmqctl", "set_policy", "-p", "plenary", "plenary-in", r"\.in$", '{"max-length": 5}'
    )
    code, said = provision(deployment, "--ctl", control, "--check")
    assert code == 1
    assert "policies: plenary-in has definition" in said
    assert provision(deployment, "--ctl", control)[0] == 0
    listed = rabbitmq(deployment, "rabbitmqctl", "list_queues", "-p", "plenary", "name", "policy", "--silent")
    policies = dict(line.split("\t") for line in listed.splitlines())
    assert policies == {f"{name}.{ending}": f"plenary-{ending}" for name in NAMES for ending in POLICIES}


def test_a_command_for_the_broker_that_is_not_there_is_a_sentence(deployment: Deployment) -> None:
    code, said = provision(deployment, "--ctl", "no-such-command")
    assert (code, said) == (2, "Error: no-such-command cannot be run: No such file or directory\n")
