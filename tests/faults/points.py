"""Named points of the bus at which a process can be made to die, wrapped around it from outside."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from shared.bus.amqp_publisher import AmqpPublisher, _Wire
from shared.bus.consumer import Consumer
from shared.bus.inbox import InboxReceiver
from shared.bus.relay import Relay

INBOX: Any = sys.modules[InboxReceiver.__module__]
HEARD_AGAIN = b"heard again\n"

Call = Callable[..., Any]


def _before(call: Call, passed: Callable[[], None], counts: Callable[..., bool]) -> Call:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if counts(*args):
            passed()
        return call(*args, **kwargs)

    return wrapped


def _after(call: Call, passed: Callable[[], None], counts: Callable[..., bool]) -> Call:
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        does_count = counts(*args)
        answer = call(*args, **kwargs)
        if does_count:
            passed()
        return answer

    return wrapped


def _always(*_: Any) -> bool:
    return True


def _has_settled(relay: Relay) -> bool:
    return bool(relay._settled)


# Where to wrap, on which side, and which calls count. What the broker confirmed it had, so a confirm that is not yet
# handled is the moment right after publishing.
POINTS: dict[str, tuple[Any, str, Callable[..., Call], Callable[..., bool]]] = {
    "relay.before_publish": (AmqpPublisher, "publish", _before, _always),
    "relay.after_publish": (_Wire, "_on_confirm", _before, _always),
    "relay.after_confirm": (Relay, "mark", _before, _has_settled),
    "relay.after_mark": (Relay, "mark", _after, _has_settled),
    "consumer.after_insert": (INBOX, "store", _after, _always),
    "consumer.after_effect": (InboxReceiver, "_apply", _after, _always),
    "consumer.after_commit": (InboxReceiver, "receive", _after, _always),
    "consumer.after_ack": (Consumer, "_on_message", _after, _always),
}


def points_of(part: str) -> list[str]:
    """Those of `relay` or `consumer`."""
    return [name for name in POINTS if name.startswith(f"{part}.")]


def arm(where: str) -> None:
    """`relay.after_confirm:3` lets this process die when it passes that point for the third time."""
    name, _, passes = where.partition(":")
    owner, attribute, side, counts = POINTS[name]
    left = int(passes)

    def passed() -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, attribute, side(getattr(owner, attribute), passed, counts))


def note_repeats() -> None:
    """Write a line for every delivery of an event that the inbox was done with already."""
    receiver: Any = InboxReceiver
    store, may_try = INBOX.store, receiver._may_try
    under_way = threading.local()  # its try was counted just now, so that it is in the inbox is nothing new

    def noting_store(*args: Any) -> str | None:
        state: str | None = store(*args)
        if state is None and not getattr(under_way, "counted", False):
            os.write(1, HEARD_AGAIN)
        under_way.counted = False
        return state

    def noting_try(*args: Any) -> bool:
        under_way.counted = may_try(*args)
        if not under_way.counted:
            os.write(1, HEARD_AGAIN)
        return bool(under_way.counted)

    INBOX.store, receiver._may_try = noting_store, noting_try
