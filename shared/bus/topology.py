"""Exchange, queues and bindings: one description, declared by a command or loaded as a definitions file."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import pika
import pika.exceptions

from shared.settings import WrongSettings

EXCHANGE = "plenary.events"
DEAD_LETTERS = "plenary.dlx"
QUEUE_ARGUMENTS = {"x-queue-type": "quorum", "x-single-active-consumer": True}
POLICY = {
    "delivery-limit": 20,
    "dead-letter-strategy": "at-least-once",
    "overflow": "reject-publish",
    "max-length-bytes": 256 * 1024 * 1024,
}

Subscriptions = Mapping[str, Sequence[str]]


def queue_of(service: str) -> str:
    return f"{service}.in"


def bindings_of(service: str, types: Sequence[str]) -> list[str]:
    """The routing keys of one service: each type it hears, and what is replayed to it alone."""
    return [*types, f"plenary.*.replay.{service}.#"]


def provision(url: str, subscriptions: Subscriptions) -> None:
    """Declare everything on RabbitMQ; declaring it again changes nothing."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        channel = connection.channel()
        channel.exchange_declare(EXCHANGE, "topic", durable=True)
        channel.exchange_declare(DEAD_LETTERS, "direct", durable=True)
        for service, types in subscriptions.items():
            channel.queue_declare(queue_of(service), durable=True, arguments=_arguments(service))
            channel.queue_declare(f"{service}.parked", durable=True, arguments={"x-queue-type": "quorum"})
            channel.queue_bind(f"{service}.parked", DEAD_LETTERS, service)
            for key in bindings_of(service, types):
                channel.queue_bind(queue_of(service), EXCHANGE, key)
    finally:
        connection.close()


def require_access(url: str, service: str) -> None:
    """Raises WrongSettings when the broker refuses the user or has no queue for the service.

    A broker that is away is no reason to refuse: events wait in the outbox until it is back.
    """
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # the sentence below is enough
    try:
        connection = pika.BlockingConnection(pika.URLParameters(url))
    except (pika.exceptions.ProbableAuthenticationError, pika.exceptions.ProbableAccessDeniedError) as error:
        raise WrongSettings(
            f"the broker refuses the user of {service}: is its password the right one?"
        ) from error
    except (pika.exceptions.AMQPError, OSError):
        return
    try:
        connection.channel().queue_declare(queue_of(service), passive=True)
    except pika.exceptions.ChannelClosedByBroker as error:
        raise WrongSettings(f"the broker has no queue {queue_of(service)}; load its definitions") from error
    finally:
        connection.close()


def definitions(subscriptions: Subscriptions, vhost: str) -> dict[str, Any]:
    """The same as a RabbitMQ definitions file, with the policies that no client may set."""
    queues: list[dict[str, Any]] = []
    bindings: list[dict[str, Any]] = []
    for service, types in subscriptions.items():
        queues.append(_queue(queue_of(service), vhost, _arguments(service)))
        queues.append(_queue(f"{service}.parked", vhost, {"x-queue-type": "quorum"}))
        bindings.append(_binding(DEAD_LETTERS, f"{service}.parked", service, vhost))
        bindings += [_binding(EXCHANGE, queue_of(service), key, vhost) for key in bindings_of(service, types)]
    return {
        "vhosts": [{"name": vhost}],
        "exchanges": [_exchange(EXCHANGE, "topic", vhost), _exchange(DEAD_LETTERS, "direct", vhost)],
        "queues": queues,
        "bindings": bindings,
        "policies": [
            {
                "vhost": vhost,
                "name": "plenary-in",
                "pattern": r"\.in$",
                "apply-to": "queues",
                "priority": 0,
                "definition": POLICY,
            }
        ],
    }


def _arguments(service: str) -> dict[str, Any]:
    # What a policy could say too is left to the policy: arguments can never be changed on a queue that exists.
    return {**QUEUE_ARGUMENTS, "x-dead-letter-exchange": DEAD_LETTERS, "x-dead-letter-routing-key": service}


def _queue(name: str, vhost: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "vhost": vhost, "durable": True, "auto_delete": False, "arguments": arguments}


def _exchange(name: str, kind: str, vhost: str) -> dict[str, Any]:
    return {
        "name": name,
        "vhost": vhost,
        "type": kind,
        "durable": True,
        "auto_delete": False,
        "internal": False,
        "arguments": {},
    }


def _binding(source: str, queue: str, key: str, vhost: str) -> dict[str, Any]:
    return {
        "source": source,
        "vhost": vhost,
        "destination": queue,
        "destination_type": "queue",
        "routing_key": key,
        "arguments": {},
    }
