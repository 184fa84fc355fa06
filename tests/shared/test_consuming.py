"""What becomes of messages on their way when one of them cannot be stored, or kills whoever takes it."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from kombu import Connection
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from shared.bus.amqp_publisher import AmqpPublisher
from shared.bus.consumer import Consumer
from shared.bus.envelope import write_envelope
from shared.bus.inbox import InboxReceiver
from shared.bus.provisioning import provision
from shared.bus.relay import Relay
from shared.bus.tables import Outbox
from shared.db import Transaction
from tests.conftest import purge
from tests.simulator.database import Death, FaultyDatabase
from tests.simulator.toys import SERVICES, SUBSCRIPTIONS, Effect, Told, hear, tell

PATIENCE_SECONDS = 20


class AwayForAMoment(FaultyDatabase):
    """Refuses the third change, and no other."""

    writes = 0

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        self.writes += 1
        if self.writes == 3:
            raise OperationalError("BEGIN", None, sqlite3.OperationalError("the connection is gone"))
        with super().write() as db:
            yield db


def wait_for(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_nothing_overtakes_a_message_that_could_not_be_stored(amqp_url: str, tmp_path: Path) -> None:
    provision(amqp_url, SUBSCRIPTIONS)
    purge(amqp_url, SERVICES)
    told, heard = FaultyDatabase(tmp_path / "alpha.db"), AwayForAMoment(tmp_path / "gamma.db")
    numbers = [f"n{number}" for number in range(12)]
    with told.write() as db:
        tell(db, *(Told(version=1, thing="one", number=number) for number in numbers))
    publisher = AmqpPublisher(amqp_url, frozenset())
    relay = Relay(told, publisher)
    wait_for(
        lambda: (
            not relay.step()
            and told.auditor.execute("SELECT count(*) FROM outbox WHERE sent_at IS NULL").fetchone() == (0,)
        )
    )
    publisher.close()
    inbox = InboxReceiver(heard, {Told: partial(hear, "gamma", lambda _service, _event: None)})
    consumer = Consumer(Connection(amqp_url), "gamma", inbox)
    thread = threading.Thread(target=consumer.run_until_stopped)
    thread.start()

    def done() -> list[str]:
        with heard.read() as db:
            return list(db.scalars(select(Effect.number).order_by(Effect.id)))

    wait_for(lambda: len(done()) == len(numbers))
    consumer.should_stop = True
    thread.join()
    assert done() == numbers
    told.close()
    heard.close()


def test_a_dead_letter_that_processes_died_of_is_parked(tmp_path: Path) -> None:
    told, heard = FaultyDatabase(tmp_path / "alpha.db"), FaultyDatabase(tmp_path / "gamma.db")
    with told.write() as db:
        tell(db, Told(version=1, thing="one", number="n1"))
    with told.read() as db:
        raw = write_envelope(db.execute(select(Outbox.__table__)).one())

    def die(_service: str, _event: object) -> None:
        raise Death

    inbox = InboxReceiver(heard, {Told: partial(hear, "gamma", die)})
    with pytest.raises(Death):
        inbox.receive(raw, again=True)
    inbox.park(raw, "the broker gave up")
    assert heard.auditor.execute("SELECT state, reason, raw FROM inbox").fetchall() == [
        ("parked", "the broker gave up", raw)
    ]
    told.close()
    heard.close()
