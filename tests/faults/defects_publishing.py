"""Mistakes between a commit and the moment when every subscriber has the event: outbox, relay, publishers."""

from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import SimpleNamespace
from typing import Any

import pika
from kombu.transport import memory as kombu_memory
from sqlalchemy import select

from shared.bus import memory, relay
from shared.bus.amqp_publisher import _Wire
from shared.bus.memory import MemoryBus
from shared.bus.outbox import publish
from shared.bus.relay import Relay
from shared.bus.tables import Outbox
from shared.db import Transaction
from tests.faults import checks
from tests.faults.defect import Defect
from tests.simulator import toys
from tests.simulator.database import FaultyDatabase
from tests.simulator.replacing import replaced

Switch = AbstractContextManager[None]


def mark_before_confirm() -> Switch:
    unsent = Relay._unsent

    def wrong(self: Any) -> Any:
        messages = unsent(self)
        self._settled += [message.key for message in messages]
        return messages

    return replaced(Relay, _unsent=wrong)


def cursor_instead_of_unsent() -> Switch:
    """Never looks back at numbers below the highest it has sent."""
    unsent = Relay._unsent

    def wrong(self: Any) -> Any:
        cursor = getattr(self, "cursor", 0)
        messages = [one for one in unsent(self) if self._in_flight[one.key] > cursor]
        self.cursor = max([cursor, *self._in_flight.values()])
        return messages

    return replaced(Relay, _unsent=wrong)


def start_without_the_old() -> Switch:
    """Sends only what was told since it started."""
    begin, unsent = Relay.__init__, Relay._unsent

    def wrong_begin(self: Any, database: Any, *arguments: Any) -> None:
        begin(self, database, *arguments)
        self.floor = database.auditor.execute("SELECT coalesce(max(seq), 0) FROM outbox").fetchone()[0]

    def wrong(self: Any) -> Any:
        return [one for one in unsent(self) if self._in_flight[one.key] > self.floor]

    return replaced(Relay, __init__=wrong_begin, _unsent=wrong)


def select_unordered() -> Switch:
    query = select(Outbox.__table__).where(Outbox.sent_at.is_(None)).order_by(Outbox.event_id)
    return replaced(relay, UNSENT=query)


def forget_only_what_was_marked() -> Switch:
    mark, forget = Relay.mark, Relay._forget

    def wrong_mark(self: Any) -> None:
        self.has_marked = False
        mark(self)
        self.has_marked = True

    def wrong_forget(self: Any) -> None:
        if getattr(self, "has_marked", True):
            forget(self)
        self.has_marked = True

    return replaced(Relay, mark=wrong_mark, _forget=wrong_forget)


def mark_what_failed() -> Switch:
    back_off = Relay._back_off

    def wrong(self: Any, error: Exception) -> None:
        self._settled += list(self._in_flight)
        back_off(self, error)

    return replaced(Relay, _back_off=wrong)


def take_refusals_for_confirms() -> Switch:
    on_confirm = _Wire._on_confirm

    def wrong(self: Any, frame: Any) -> None:
        method = frame.method
        ack = pika.spec.Basic.Ack(method.delivery_tag, method.multiple)
        on_confirm(self, SimpleNamespace(method=ack))

    return replaced(_Wire, _on_confirm=wrong)


def heed_confirms_after_a_refusal() -> Switch:
    on_confirm = _Wire._on_confirm

    def wrong(self: Any, frame: Any) -> None:
        failure, self.failure = self.failure, None
        on_confirm(self, frame)
        self.failure = failure or self.failure

    return replaced(_Wire, _on_confirm=wrong)


def confirm_one_for_many() -> Switch:
    """Takes the confirm of one for the confirm of all that were sent before it."""
    on_confirm = _Wire._on_confirm

    def wrong(self: Any, frame: Any) -> None:
        if isinstance(frame.method, pika.spec.Basic.Ack):
            frame.method.multiple = True
            self._outstanding.setdefault(
                frame.method.delivery_tag, next(iter(self._outstanding.values()), None)
            )
        on_confirm(self, frame)

    return replaced(_Wire, _on_confirm=wrong)


def ignore_returns() -> Switch:
    return replaced(_Wire, _on_return=lambda *_: None)


def send_a_subject_at_once() -> Switch:
    def wrong(self: Any) -> None:
        if not isinstance(self._queued, defaultdict):
            self._queued = defaultdict(deque)
        while self._channel is not None and self._arrived:
            self._send(self._arrived.popleft())

    return replaced(_Wire, _send_arrived=wrong)


def wait_for_a_mute_broker() -> Switch:
    return replaced(_Wire, _look=lambda _self: None)


def settle_with_the_first() -> Switch:
    committed = MemoryBus.committed

    def wrong(self: Any, service: str, publisher: str, key: Any) -> None:
        if key in self._waiting:
            self._waiting[key] = {service}
        committed(self, service, publisher, key)

    return replaced(MemoryBus, committed=wrong)


def restore_at_the_end() -> Switch:
    isolated = memory._isolated_transport

    def wrong(arrivals: Any) -> Any:
        transport = isolated(arrivals)
        transport.Channel._restore = kombu_memory.Channel._restore
        return transport

    return replaced(memory, _isolated_transport=wrong)


@contextmanager
def tell_outside_the_transaction() -> Iterator[None]:
    write = FaultyDatabase.write

    def later(db: Transaction, event: Any) -> None:
        db.info.setdefault("later", []).append(event)

    @contextmanager
    def wrong(self: Any) -> Iterator[Transaction]:
        with write(self) as db:
            yield db
        if events := db.info.get("later"):
            with write(self) as db:
                for event in events:
                    publish(db, event)

    with replaced(toys, publish=later), replaced(FaultyDatabase, write=wrong):
        yield


EMBEDDED, DEPLOYED = ("embedded",), ("deployed",)
PUBLISHING = (
    Defect(
        name="told outside the transaction",
        breaks="Who dies between the two commits has changed something and tells nobody: changes without events.",
        switch=tell_outside_the_transaction,
        seed=7,
    ),
    Defect(
        name="marked before the confirm",
        breaks="What the bus loses is marked as sent: the look at marked rows after each step.",
        switch=mark_before_confirm,
        seed=3,
    ),
    Defect(
        name="a cursor instead of unsent rows",
        breaks="What failed, or committed out of the order of its number, is never sent: no rest.",
        switch=cursor_instead_of_unsent,
        seed=10,
    ),
    Defect(
        name="what was unsent at the start stays so",
        breaks="A restart forgets what was under way: no rest.",
        switch=start_without_the_old,
    ),
    Defect(
        name="selected in no order",
        breaks="Events of one thing arrive in another order than they were told: the order of effects.",
        switch=select_unordered,
    ),
    Defect(
        name="still under way after a failure",
        breaks="What failed counts as being under way for ever: no rest.",
        switch=lambda: replaced(Relay, _forget=lambda self: self._publisher.close()),
        kinds=DEPLOYED,
        seed=5,
    ),
    Defect(
        name="still under way when broker and database fail together",
        breaks="What could not be marked as sent is never sent again: no rest.",
        switch=forget_only_what_was_marked,
        check=checks.broker_and_database_fail_together,
    ),
    Defect(
        name="marked after a failure",
        breaks="What failed counts as sent: the look at marked rows.",
        switch=mark_what_failed,
        kinds=DEPLOYED,
        seed=5,
    ),
    Defect(
        name="a refusal taken for a confirm",
        breaks="A full queue loses events: the look at marked rows.",
        switch=take_refusals_for_confirms,
        kinds=DEPLOYED,
        seed=5,
    ),
    Defect(
        name="confirms heeded after a refusal",
        breaks="A later confirm of 'all up to this one' covers what was refused: the look at marked rows.",
        switch=heed_confirms_after_a_refusal,
        check=checks.refused_then_confirmed,
    ),
    Defect(
        name="one confirm taken for many",
        breaks="Confirms that come out of order settle what is not safe yet: the look at marked rows.",
        switch=confirm_one_for_many,
        check=checks.confirmed_alone,
    ),
    Defect(
        name="returns ignored",
        breaks="What no queue wants is confirmed all the same, and lost: the look at marked rows.",
        switch=ignore_returns,
        kinds=DEPLOYED,
        seed=7,
    ),
    Defect(
        name="many of one subject under way",
        breaks="A refusal lets the next event overtake: the order of effects.",
        switch=send_a_subject_at_once,
        kinds=DEPLOYED,
        seed=7,
    ),
    Defect(
        name="a mute broker is waited for",
        breaks="A connection that stays open and carries nothing stops the relay: no rest.",
        switch=wait_for_a_mute_broker,
        kinds=DEPLOYED,
        seed=20,
    ),
    Defect(
        name="settled with the first subscriber",
        breaks="The others miss what was in memory when the process died: the look at marked rows.",
        switch=settle_with_the_first,
        kinds=EMBEDDED,
        seed=3,
    ),
    Defect(
        name="restored at the end of the queue",
        breaks="What could not be stored is overtaken by the next of its subject: the order of effects.",
        switch=restore_at_the_end,
        kinds=EMBEDDED,
        seed=25,
    ),
)
