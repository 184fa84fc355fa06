"""Bringing a broker to what the topology says, comparing the two, and refusing to work on a difference."""

import json
import logging
import shlex
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pika
import pika.exceptions
from pika.adapters.blocking_connection import BlockingChannel
from pika.adapters.utils.connection_workflow import AMQPConnectorException

from shared.bus.topology import (
    DEAD_LETTERS,
    EXCHANGE,
    PROBE,
    QUORUM,
    Subscriptions,
    arguments_of,
    bindings_of,
    dead_letters_of,
    heard_of,
    queue_of,
)
from shared.settings import WrongSettings

AWAY = (pika.exceptions.AMQPError, AMQPConnectorException, OSError)
LOAD_SECONDS = 20
SURPLUS = "is not in the catalogue"
ADVICE = "run provision-broker, or load its definitions"


def provision(url: str, subscriptions: Subscriptions) -> None:
    """Declare everything that AMQP can declare, which is all but policies and users; again changes nothing."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        channel = connection.channel()
        channel.exchange_declare(EXCHANGE, "topic", durable=True)
        channel.exchange_declare(DEAD_LETTERS, "direct", durable=True)
        for service, types in subscriptions.items():
            channel.exchange_declare(heard_of(service), "topic", durable=True)
            channel.queue_declare(queue_of(service), durable=True, arguments=arguments_of(service))
            channel.queue_declare(dead_letters_of(service), durable=True, arguments=QUORUM)
            channel.queue_bind(dead_letters_of(service), DEAD_LETTERS, service)
            for key in bindings_of(service, types):
                channel.queue_bind(queue_of(service), heard_of(service), key)
        # Last, and all at once: an event that is told meanwhile is for nobody or for all.
        for service in subscriptions:
            channel.exchange_bind(heard_of(service), EXCHANGE, "#")
    finally:
        connection.close()


def load(control: str, definitions: Mapping[str, Any]) -> None:
    """Have the broker's own command, mostly `rabbitmqctl`, load definitions, and see that it did.

    Raises WrongSettings, in its words when it refuses. Arguments of a queue that exists cannot be changed.
    """
    _run(control, ["import_definitions"], json.dumps(definitions))
    deadline = time.monotonic() + LOAD_SECONDS
    while missing := [words for words in differences(control, definitions) if not words.endswith(SURPLUS)]:
        if time.monotonic() > deadline:
            raise WrongSettings(f"the broker did not take over everything: {'; '.join(missing)}")


def differences(control: str, definitions: Mapping[str, Any]) -> list[str]:
    """What the broker has otherwise, in words; what else it holds outside this vhost is its own affair."""
    vhost = definitions["vhosts"][0]["name"]
    found = json.loads(_run(control, ["export_definitions", "-", "--silent"], ""))
    words = []
    for kind in ("exchanges", "queues", "bindings", "policies", "permissions", "topic_permissions"):
        wanted = {_name(item): item for item in definitions.get(kind, [])}
        there = {_name(item): item for item in found.get(kind, []) if item["vhost"] == vhost}
        words += [f"{kind}: {name} is missing" for name in wanted.keys() - there.keys()]
        for name in wanted.keys() & there.keys():
            words += [
                f"{kind}: {name} has {key} {there[name][key]!r} instead of {value!r}"
                for key, value in wanted[name].items()
                if there[name].get(key, value) != value  # the broker leaves out some of what is as usual
            ]
        if kind == "bindings":
            words += [f"{kind}: {name} {SURPLUS}" for name in there.keys() - wanted.keys()]
    return sorted(words)


def require_topology(url: str, service: str, types: Sequence[str]) -> None:
    """Raises WrongSettings when the broker refuses the user, or would not bring the service all that it hears.

    A broker that is away is no reason to refuse: events wait in the outbox until it is back.
    """
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # the sentences below are enough
    try:
        connection = pika.BlockingConnection(pika.URLParameters(url))
    except (pika.exceptions.ProbableAuthenticationError, pika.exceptions.ProbableAccessDeniedError) as error:
        raise WrongSettings(
            f"the broker refuses the user of {service}: is its password the right one?"
        ) from error
    except AWAY:
        return
    try:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare(queue_of(service), passive=True)
        channel.queue_declare(dead_letters_of(service), passive=True)
        missing = [
            words for words, exchange, key in _ways(service, types) if not _leads(channel, exchange, key)
        ]
    except pika.exceptions.ChannelClosedByBroker as error:
        raise WrongSettings(
            f"the broker is not as {service} needs it: {error.reply_text}; {ADVICE}"
        ) from error
    except AWAY:
        return
    finally:
        if connection.is_open:
            connection.close()
    if missing:
        raise WrongSettings(f"the broker does not bring {service} {', '.join(missing)}; {ADVICE}")


def _ways(service: str, types: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """What is asked for, in words, with the exchange and the routing key that lead to the service alone."""
    for name in types:
        yield name, heard_of(service), name
    yield "anything at all", EXCHANGE, f"plenary.{service}.replay.{service}.probe"


def _leads(channel: BlockingChannel, exchange: str, key: str) -> bool:
    try:
        channel.basic_publish(
            exchange, key, b"", pika.BasicProperties(content_type=PROBE, delivery_mode=2), mandatory=True
        )
    except pika.exceptions.UnroutableError:
        return False
    except pika.exceptions.NackError:
        return True  # the way is there, and the queue at its end is full
    return True


def _run(control: str, words: list[str], given: str) -> str:
    try:
        done = subprocess.run(
            [*shlex.split(control), *words], input=given, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise WrongSettings(f"{control} cannot be run: {error.strerror}") from error
    if done.returncode != 0:
        raise WrongSettings(f"{control} failed: {(done.stderr or done.stdout).strip()[-500:]}")
    return done.stdout


def _name(item: Mapping[str, Any]) -> str:
    if "routing_key" in item:
        return f"{item['source']} to {item['destination']} by {item['routing_key']}"
    return str(item.get("name") or f"{item['user']} {item.get('exchange', '')}".strip())
