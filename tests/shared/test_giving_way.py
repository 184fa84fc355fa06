"""Where requests and loops share a process, events wait a little while many people do, and are never forgotten."""

import time

from sqlalchemy import select

from services.allinone import CROWD, Requests
from shared.bus import publish
from shared.bus.publisher import Message, Settled
from shared.bus.relay import GIVES_WAY_FOR, GIVES_WAY_WITH, Relay
from shared.bus.tables import Outbox
from tests.harness import SteppedStack
from tests.shared.toys import stated

TOLD = 20


class Keeping:
    """A publisher that keeps what it is given, and settles it at once."""

    window = 100

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.due: list[Settled] = []

    def publish(self, messages: list[Message]) -> None:
        self.sent += messages
        self.due += [message.key for message in messages]

    def settled(self) -> list[Settled]:
        due, self.due = self.due, []
        return due

    def close(self) -> None:
        """Nothing to close."""


def test_requests_are_many_only_while_they_are_answered() -> None:
    requests = Requests()
    for _ in range(CROWD):
        assert not requests.are_many()
        requests.__enter__()
    assert requests.are_many()
    requests.__exit__()
    assert not requests.are_many()


def test_the_relay_gives_way_without_stopping_and_makes_up_for_it(toys: SteppedStack) -> None:
    crowd, kept = [True], Keeping()
    database = toys.service("sessions").database
    with database.write() as db:
        for version in range(1, TOLD + 1):
            publish(db, stated(version=version))
    relay = Relay(database, kept, lambda: crowd[0])
    began = time.monotonic()
    while len(kept.sent) < 3 * GIVES_WAY_WITH:
        relay.step()
    assert time.monotonic() - began >= 2 * GIVES_WAY_FOR
    crowd[0] = False
    while relay.step():
        pass
    assert [message.event_id for message in kept.sent] == _in_order(toys)


def _in_order(toys: SteppedStack) -> list[object]:
    with toys.service("sessions").database.read() as db:
        return list(db.scalars(select(Outbox.event_id).order_by(Outbox.seq)))
