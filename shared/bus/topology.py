"""What the broker holds: exchanges, queues, bindings and policies, described once.

    plenary.events --all--> SERVICE.heard --each type--> SERVICE.in --20 deliveries--> plenary.dlx --> SERVICE.parked

A service may write to its own `heard` exchange, and so can ask with a probe whether each type it hears is bound.
"""

from collections.abc import Mapping, Sequence
from typing import Any

EXCHANGE = "plenary.events"
DEAD_LETTERS = "plenary.dlx"
PROBE = "application/plenary-probe"  # the content type of a message that asks for a way and tells nothing
QUORUM = {"x-queue-type": "quorum"}
LENGTH = {"overflow": "reject-publish", "max-length-bytes": 256 * 1024 * 1024}
DELIVERY_LIMIT = 20
# By the ending of a queue's name. What a policy can say is left to it: arguments of a queue can never be changed.
POLICIES: Mapping[str, Mapping[str, Any]] = {
    "in": {"delivery-limit": DELIVERY_LIMIT, "dead-letter-strategy": "at-least-once", **LENGTH},
    "parked": LENGTH,
}

Subscriptions = Mapping[str, Sequence[str]]


def queue_of(service: str) -> str:
    return f"{service}.in"


def dead_letters_of(service: str) -> str:
    return f"{service}.parked"


def heard_of(service: str) -> str:
    return f"{service}.heard"


def bindings_of(service: str, types: Sequence[str]) -> list[str]:
    """The routing keys of one service: each type it hears, and what is replayed to it alone."""
    return [*types, f"plenary.*.replay.{service}.#"]


def arguments_of(service: str) -> dict[str, Any]:
    """Of its queue: one consumer at a time keeps the order, and dead letters have a place even without policies."""
    return {
        **QUORUM,
        "x-single-active-consumer": True,
        "x-dead-letter-exchange": DEAD_LETTERS,
        "x-dead-letter-routing-key": service,
    }


def definitions(subscriptions: Subscriptions, vhost: str) -> dict[str, list[dict[str, Any]]]:
    """As a RabbitMQ definitions file, with the policies that no AMQP client may set."""
    exchanges = [_exchange(EXCHANGE, "topic", vhost), _exchange(DEAD_LETTERS, "direct", vhost)]
    queues: list[dict[str, Any]] = []
    bindings: list[dict[str, Any]] = []
    for service, types in subscriptions.items():
        exchanges.append(_exchange(heard_of(service), "topic", vhost))
        queues.append(_queue(queue_of(service), vhost, arguments_of(service)))
        queues.append(_queue(dead_letters_of(service), vhost, QUORUM))
        bindings.append(_binding(EXCHANGE, "exchange", heard_of(service), "#", vhost))
        bindings.append(_binding(DEAD_LETTERS, "queue", dead_letters_of(service), service, vhost))
        bindings += [
            _binding(heard_of(service), "queue", queue_of(service), key, vhost)
            for key in bindings_of(service, types)
        ]
    return {
        "vhosts": [{"name": vhost}],
        "exchanges": exchanges,
        "queues": queues,
        "bindings": bindings,
        "policies": [_policy(ending, definition, vhost) for ending, definition in POLICIES.items()],
    }


def _queue(name: str, vhost: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "vhost": vhost,
        "durable": True,
        "auto_delete": False,
        "arguments": dict(arguments),
    }


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


def _binding(source: str, kind: str, destination: str, key: str, vhost: str) -> dict[str, Any]:
    return {
        "source": source,
        "vhost": vhost,
        "destination": destination,
        "destination_type": kind,
        "routing_key": key,
        "arguments": {},
    }


def _policy(ending: str, definition: Mapping[str, Any], vhost: str) -> dict[str, Any]:
    return {
        "vhost": vhost,
        "name": f"plenary-{ending}",
        "pattern": rf"\.{ending}$",
        "apply-to": "queues",
        "priority": 0,
        "definition": dict(definition),
    }
