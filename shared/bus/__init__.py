"""Events from one service to the others: outbox, relay, publisher, consumer, inbox."""

from shared.bus.outbox import publish

__all__ = ["publish"]
