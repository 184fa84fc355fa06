"""The publisher on a real broker: what is confirmed, what comes back, what is refused, and in which order."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pika
import pytest

from shared.bus import publish
from shared.bus.amqp_publisher import AmqpPublisher
from shared.bus.publisher import BusAway, Message, Settled, Unroutable
from shared.bus.relay import Relay
from shared.bus.topology import EXCHANGE
from tests.harness import SteppedStack
from tests.provision.processes import free_ports
from tests.shared.toys import stated

KEY = "plenary.sessions.trial.made.v1"
PATIENCE_SECONDS = 10


@dataclass
class Trial:
    """A publisher, and a queue of its own with room for a few."""

    url: str
    publisher: AmqpPublisher
    channel: pika.adapters.blocking_connection.BlockingChannel
    queue: str
    settled: list[Settled] = field(default_factory=list)

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self.settled) < count:
            assert time.monotonic() < deadline, f"{len(self.settled)} of {count} settled"
            self.settled += self.publisher.settled()
            time.sleep(0.01)

    def failure(self) -> Exception:
        """What goes wrong next."""
        with pytest.raises((BusAway, Unroutable)) as caught:
            self.wait_for(10**9)
        return caught.value

    def bodies(self) -> list[bytes]:
        found = []
        while (got := self.channel.basic_get(self.queue, auto_ack=True))[0] is not None:
            found.append(got[2])
        return found


@pytest.fixture(params=[10_000])
def trial(request: pytest.FixtureRequest, provisioned: str) -> Iterator[Trial]:
    connection = pika.BlockingConnection(pika.URLParameters(provisioned))
    channel = connection.channel()
    arguments = {"x-max-length": request.param, "x-overflow": "reject-publish"}
    queue = channel.queue_declare("", exclusive=True, arguments=arguments).method.queue
    channel.queue_bind(queue, EXCHANGE, KEY)
    publisher = AmqpPublisher(provisioned, frozenset({"plenary.sessions.trial.shouted.v1"}))
    yield Trial(provisioned, publisher, channel, queue)
    publisher.close()
    connection.close()


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def message(body: str, *, subject: str = "one", key: str = KEY) -> Message:
    return Message(
        event_id=uuid4(), generation="", type=key, subject=subject, routing_key=key, body=body.encode()
    )


def test_each_message_settles_once_and_each_subject_keeps_its_order(trial: Trial) -> None:
    told = [message(f"{n % 7} {n}", subject=str(n % 7)) for n in range(1200)]
    trial.publisher.publish(told[:700])
    trial.publisher.publish(told[700:])
    trial.wait_for(len(told))
    time.sleep(0.1)
    assert sorted(trial.settled + trial.publisher.settled()) == sorted(one.key for one in told)
    heard = [body.decode().split() for body in trial.bodies()]
    for subject in range(7):
        numbers = [int(number) for name, number in heard if name == str(subject)]
        assert numbers == list(range(subject, 1200, 7))


def test_what_no_queue_wants_is_an_alarm_and_never_settles(trial: Trial) -> None:
    lost = message("lost", key="plenary.sessions.trial.missed.v1")
    trial.publisher.publish([message("fine", subject="other"), lost])
    failure = trial.failure()
    assert isinstance(failure, Unroutable)
    assert "plenary.sessions.trial.missed.v1" in str(failure)
    assert lost.key not in trial.settled


def test_a_public_event_may_have_nobody_who_hears_it(trial: Trial) -> None:
    trial.publisher.publish([message("public", key="plenary.sessions.trial.shouted.v1")])
    trial.wait_for(1)


@pytest.mark.parametrize("trial", [1], indirect=True)
def test_a_full_queue_refuses_and_nothing_of_the_subject_overtakes(trial: Trial) -> None:
    told = [message(str(number)) for number in range(6)]
    trial.publisher.publish(told)
    failure = trial.failure()
    assert isinstance(failure, BusAway)
    settled = [one for one in told if one.key in trial.settled]
    assert settled == told[: len(settled)]
    assert trial.bodies() == [one.body for one in settled]
    rest = told[len(settled) :]
    trial.publisher.publish(rest[:1])
    trial.wait_for(len(settled) + 1)
    assert trial.bodies() == [rest[0].body]


def test_after_a_lost_connection_it_starts_anew(trial: Trial) -> None:
    trial.publisher.publish([message("before")])
    trial.wait_for(1)
    trial.publisher.close()
    trial.publisher.publish([message("after")])
    trial.wait_for(2)
    assert trial.bodies() == [b"before", b"after"]


def test_one_that_is_closed_while_it_connects_leaves_nothing_open(trial: Trial) -> None:
    before = open_files()
    for _ in range(20):
        trial.publisher.publish([message("early")])
        trial.publisher.close()
    assert open_files() == before


def test_a_broker_that_is_away_is_told_in_words_and_leaves_no_thread_behind() -> None:
    (port,) = free_ports(1)
    publisher = AmqpPublisher(f"amqp://guest:guest@127.0.0.1:{port}/", frozenset())
    before = threading.active_count()
    publisher.publish([message("nobody")])
    trial = Trial("", publisher, None, "")  # type: ignore[arg-type]
    assert isinstance(trial.failure(), BusAway)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while threading.active_count() > before:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    publisher.close()


def test_a_broker_that_takes_nothing_for_a_while_makes_the_relay_give_way(toys: SteppedStack) -> None:
    seconds = [0.0]
    (port,) = free_ports(1)
    publisher = AmqpPublisher(f"amqp://guest:guest@127.0.0.1:{port}/", frozenset())
    relay = Relay(toys.service("sessions").database, publisher, clock=lambda: seconds[0])
    with toys.service("sessions").database.write() as db:
        publish(db, stated())
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not relay.is_cut_off:
        assert time.monotonic() < deadline
        relay.step()
        seconds[0] += 1
        time.sleep(0.02)
    relay.stand_by()
    assert not relay.is_cut_off
