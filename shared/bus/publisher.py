"""The port to whatever carries events: takes outbox rows in order, and says later which of them are safe."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Row

from shared.bus.envelope import write_envelope

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
    subject: str
    routing_key: str
    body: bytes

    @property
    def key(self) -> Settled:
        return (self.event_id, self.generation)


def message_of(row: Row[Any]) -> Message:
    """A replayed row goes to its one target only."""
    publisher = row.type.split(".")[1]
    return Message(
        event_id=row.event_id,
        generation=row.generation,
        type=row.type,
        subject=row.subject,
        routing_key=f"plenary.{publisher}.replay.{row.target}.{row.type}" if row.target else row.type,
        body=write_envelope(row),
    )


class Publisher(Protocol):
    """Takes events in order; `window` is how many of them may be under way.

    `publish` and `settled` raise BusAway or Unroutable for what went wrong since the last call. Then whatever has not
    settled is to be sent again.
    """

    window: int

    def publish(self, messages: Sequence[Message]) -> None:
        """Take these; returns at once."""

    def settled(self) -> list[Settled]:
        """Those that are safe with every subscriber, each named once."""

    def close(self) -> None:
        """Let go of whatever it holds; what has not settled is forgotten."""
