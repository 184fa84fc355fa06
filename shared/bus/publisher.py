"""The port to whatever carries events, and its form for RabbitMQ: pika with publisher confirms."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import pika
import pika.exceptions

from shared.bus.envelope import CONTENT_TYPE, write_envelope
from shared.bus.tables import Outbox
from shared.bus.topology import EXCHANGE

Settled = tuple[UUID, str]


class BusAway(Exception):
    """The broker cannot take events now; they stay in the outbox."""


class Unroutable(Exception):
    """No queue wants this event: the topology is not provisioned. Never skipped, always an alarm."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """An outbox row ready to travel."""

    event_id: UUID
    generation: str
    type: str
    routing_key: str
    body: bytes

    @property
    def key(self) -> Settled:
        return (self.event_id, self.generation)


def message_of(row: Outbox) -> Message:
    """A replayed row goes to its one target only."""
    publisher = row.type.split(".")[1]
    return Message(
        event_id=row.event_id,
        generation=row.generation,
        type=row.type,
        routing_key=f"plenary.{publisher}.replay.{row.target}.{row.type}" if row.target else row.type,
        body=write_envelope(row),
    )


class Publisher(Protocol):
    """Takes events in order; later says which of them are safe with every subscriber."""

    def publish(self, messages: Sequence[Message]) -> None: ...

    def settled(self) -> list[Settled]: ...

    def keep_alive(self) -> None: ...

    def close(self) -> None: ...


class PikaPublisher:
    """Settled means confirmed by the broker. One confirm per message, matched by delivery tag."""

    def __init__(self, url: str, public_types: frozenset[str]) -> None:
        self._parameters = pika.URLParameters(url)
        self._parameters.heartbeat = 10
        self._parameters.blocked_connection_timeout = 5
        self._parameters.socket_timeout = 5
        self._public_types = public_types
        self._channel: pika.adapters.blocking_connection.BlockingChannel | None = None
        self._settled: list[Settled] = []

    def publish(self, messages: Sequence[Message]) -> None:
        """Raises BusAway or Unroutable; what was confirmed before that is in `settled`."""
        try:
            channel = self._channel or self._connect()
            for message in messages:
                channel.basic_publish(
                    EXCHANGE,
                    message.routing_key,
                    message.body,
                    pika.BasicProperties(
                        content_type=CONTENT_TYPE,
                        delivery_mode=2,
                        message_id=str(message.event_id),
                        type=message.type,
                    ),
                    # An event that nobody has to hear may match no queue.
                    mandatory=message.type not in self._public_types,
                )
                self._settled.append(message.key)
        except pika.exceptions.UnroutableError as error:
            raise Unroutable(message.routing_key) from error
        except (pika.exceptions.AMQPError, OSError) as error:
            self.close()
            raise BusAway(f"{type(error).__name__}: {error}") from error

    def settled(self) -> list[Settled]:
        done, self._settled = self._settled, []
        return done

    def close(self) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            try:
                channel.connection.close()
            except (pika.exceptions.AMQPError, OSError):
                pass  # it is gone already, which is what was wanted

    def keep_alive(self) -> None:
        """Answer the broker's heartbeats while there is nothing to publish."""
        if self._channel is not None:
            try:
                self._channel.connection.process_data_events(time_limit=0)
            except (pika.exceptions.AMQPError, OSError):
                self.close()

    def _connect(self) -> pika.adapters.blocking_connection.BlockingChannel:
        self._channel = pika.BlockingConnection(self._parameters).channel()
        self._channel.confirm_delivery()
        return self._channel
