"""How many messages the broker holds for one service, asked with no more rights than that service has."""

import logging
from dataclasses import dataclass

import pika
import pika.exceptions
from pika.adapters.utils.connection_workflow import AMQPConnectorException

from shared.bus.publisher import BusAway
from shared.bus.topology import dead_letters_of, queue_of

PATIENCE_SECONDS = 2


@dataclass(frozen=True, kw_only=True)
class Queues:
    """`waiting` were not taken yet; `given_up` were delivered too often, and the worker will park them."""

    waiting: int
    given_up: int


def queues_of(url: str, service: str) -> Queues | None:
    """None on the in-process bus, which holds nothing; raises BusAway when the broker does not answer at once."""
    if not url.startswith("amqp"):
        return None
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # the one sentence below is enough
    parameters = pika.URLParameters(url)
    parameters.connection_attempts = 1
    parameters.socket_timeout = PATIENCE_SECONDS
    parameters.stack_timeout = PATIENCE_SECONDS
    parameters.blocked_connection_timeout = PATIENCE_SECONDS
    try:
        connection = pika.BlockingConnection(parameters)
        try:
            channel = connection.channel()
            waiting, given_up = (
                int(channel.queue_declare(name, passive=True).method.message_count)
                for name in (queue_of(service), dead_letters_of(service))
            )
        finally:
            if connection.is_open:
                connection.close()
    except (pika.exceptions.AMQPError, AMQPConnectorException, OSError) as error:
        raise BusAway(f"the broker cannot be asked: {type(error).__name__}") from error
    return Queues(waiting=waiting, given_up=given_up)
