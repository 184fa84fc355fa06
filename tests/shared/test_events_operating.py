"""What an operator does about the bus: reading its numbers, having parked events tried again, sending once more."""

import socket
import time
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from shared.bus.inbox import MAX_ATTEMPTS
from shared.bus.outbox import count_unsent, send_again
from shared.bus.parked import try_again
from shared.bus.publisher import BusAway
from shared.bus.queues import PATIENCE_SECONDS, queues_of
from shared.bus.replay import replay
from shared.bus.status import BusStatus, bus_status, in_words
from shared.bus.tables import Inbox, Outbox
from shared.bus.watch import LOOK_SECONDS, SAY_SECONDS, Watch
from shared.clock import now
from shared.contracts.sessions import ConferenceStated
from shared.errors import NotFound
from tests.harness import SteppedStack
from tests.shared.test_bus import effects, envelope, inbox_rows, let_time_pass, tell
from tests.shared.toys import MENDED, stated

embedded_only = pytest.mark.parametrize("toys", ["embedded"], indirect=True)


def state_of(toys: SteppedStack, service: str) -> BusStatus:
    with toys.service(service).database.read() as db:
        return bus_status(db, now())


def park(toys: SteppedStack, *events: ConferenceStated) -> list[UUID]:
    """Tell events that fail, one after the other, and have each of them given up; their ids."""
    for event in events:
        tell(toys, event)
        toys.settle()
        with toys.service("badges").database.write() as db:
            db.execute(update(Inbox).where(Inbox.state == "retry").values(attempts=MAX_ATTEMPTS - 1))
        let_time_pass(toys)
    return [row.event_id for row in inbox_rows(toys) if row.state == "parked"]


def try_these(toys: SteppedStack, event_ids: list[UUID] | None) -> int:
    with toys.service("badges").database.write() as db:
        return try_again(db, event_ids, now(), by="a test")


def test_the_numbers_say_what_waits_what_failed_and_how_late_events_came(toys: SteppedStack) -> None:
    assert state_of(toys, "badges").lag is None
    park(toys, stated(name="shaky"))
    tell(toys, stated(), stated(name="shaky"))
    sent = state_of(toys, "sessions").outgoing
    assert (sent.waiting, sent.degraded) == (2, False)
    toys.settle()
    heard = state_of(toys, "badges")
    assert (heard.incoming.retry, heard.incoming.stuck, heard.incoming.parked) == (1, 0, 1)
    assert heard.lag is not None
    assert 0 <= heard.lag.half_seconds <= heard.lag.most_seconds < 60
    assert heard.lag.newest_seconds < 60
    assert not heard.is_quiet
    assert state_of(toys, "sessions").is_quiet


def test_a_replay_under_way_is_counted_for_itself_and_makes_the_outbox_no_older(toys: SteppedStack) -> None:
    tell(toys, stated(), stated())
    toys.settle()
    with toys.service("sessions").database.write() as db:
        db.execute(update(Outbox).values(created_at=now() - timedelta(days=9)))
        generation, _ = replay(db, subscriber="badges", types=[ConferenceStated.TYPE])
    state = state_of(toys, "sessions")
    assert (state.outgoing.waiting, state.outgoing.oldest_seconds) == (0, 0.0)
    assert [(one.target, one.generation, one.left) for one in state.replays] == [("badges", generation, 2)]
    toys.settle()
    assert state_of(toys, "sessions").replays == ()


def test_the_broker_says_what_it_holds_to_the_service_it_holds_it_for(toys: SteppedStack) -> None:
    url = toys.service("badges").settings.bus_url
    if not url.startswith("amqp"):
        assert queues_of(url, "badges") is None
        return
    queues = queues_of(url, "badges")
    assert queues is not None
    assert (queues.waiting, queues.given_up) == (0, 0)


def test_a_broker_that_is_away_or_hangs_is_a_sentence_within_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        began = time.monotonic()
        with pytest.raises(BusAway, match="the broker cannot be asked"):
            queues_of(f"amqp://badges:secret@127.0.0.1:{port}/plenary", "badges")
        assert time.monotonic() - began < 3 * PATIENCE_SECONDS
    with pytest.raises(BusAway, match="the broker cannot be asked"):
        queues_of(f"amqp://badges:secret@127.0.0.1:{port}/plenary", "badges")


def test_a_parked_event_comes_before_what_waits_for_the_same_subject(toys: SteppedStack) -> None:
    subject = uuid4()
    park(toys, stated(subject, version=1, name="shaky"))
    tell(toys, stated(subject, version=2, name="shaky"), stated(subject, version=3, name="later"))
    toys.settle()
    MENDED.done = True
    assert try_these(toys, None) == 1
    for _ in range(3):
        toys.settle()
    assert effects(toys) == [("shaky", 1), ("shaky", 2), ("later", 3)]


def test_parked_events_of_one_subject_are_tried_in_the_order_in_which_they_were_told(
    toys: SteppedStack,
) -> None:
    subject = uuid4()
    parked = park(toys, *(stated(subject, version=version, name="shaky") for version in (1, 2, 3)))
    MENDED.done = True
    assert try_these(toys, parked[::-1]) == 3
    toys.settle()
    assert [version for _, version in effects(toys)] == [1, 2, 3]


@embedded_only
def test_an_event_that_is_tried_again_is_parked_again_only_after_all_its_attempts(toys: SteppedStack) -> None:
    parked = park(toys, stated(name="shaky"))
    assert try_these(toys, parked) == 1
    toys.settle()
    (row,) = inbox_rows(toys)
    assert (row.state, row.attempts) == ("retry", 1)


@embedded_only
@pytest.mark.parametrize("raw", [b"\xff", envelope(type=ConferenceStated.TYPE.replace(".v1", ".v2"))])
def test_what_this_release_cannot_read_is_parked_again_at_once(toys: SteppedStack, raw: bytes) -> None:
    toys.service("badges").inbox.receive(raw)
    assert try_these(toys, None) == 1
    toys.settle()
    (row,) = inbox_rows(toys)
    assert (row.state, row.attempts) == ("parked", 1)


@embedded_only
def test_one_unknown_id_leaves_all_as_they_are(toys: SteppedStack) -> None:
    parked = park(toys, stated(name="shaky"))
    with pytest.raises(NotFound):
        try_these(toys, [*parked, uuid4()])
    assert [row.state for row in inbox_rows(toys)] == ["parked"]


def test_what_a_broker_lost_is_sent_once_more_and_what_is_known_has_no_second_effect(
    toys: SteppedStack,
) -> None:
    tell(toys, stated(), stated(), stated())
    toys.settle()
    with toys.service("badges").database.write() as db:  # as if one had gone with the broker's disk
        lost = db.scalars(select(Inbox).order_by(Inbox.event_id.desc())).first()
        assert lost is not None
        db.delete(lost)
    with toys.service("sessions").database.write() as db:
        assert send_again(db, now()) == 0
        assert send_again(db, now() - timedelta(hours=1)) == 3
    toys.settle()
    assert len(effects(toys)) == 4
    with toys.service("sessions").database.read() as db:
        assert count_unsent(db) == 0


def said(logs: list[Any]) -> list[tuple[str, str]]:
    return [(line["log_level"], line.get("what", line["event"])) for line in logs]


@embedded_only
def test_alarms_come_once_again_after_ten_minutes_and_when_it_is_over(toys: SteppedStack) -> None:
    database, clock = toys.service("sessions").database, [0.0]
    watch = Watch(database, "sessions", lambda: clock[0])

    def age(seconds: float) -> None:
        with database.write() as db:
            db.execute(update(Outbox).values(created_at=now() - timedelta(seconds=seconds)))

    def look(times: int) -> list[tuple[str, str]]:
        with capture_logs() as logs:
            for _ in range(times):
                clock[0] += LOOK_SECONDS
                watch.look()
        return said(logs)

    slow = "events wait to be sent"
    late = "events have waited to be sent for over ten minutes"
    tell(toys, stated())
    assert look(3) == []
    age(31)
    assert look(1) == []  # what one look has seen may be over by the next
    assert look(3) == [("warning", slow)]
    age(601)
    assert look(3) == [("error", late)]
    clock[0] += SAY_SECONDS
    assert look(3) == [("error", late)]
    toys.settle()
    assert look(2) == [("warning", late)]


@embedded_only
def test_events_that_only_the_database_keeps_from_going_through_raise_an_alarm(toys: SteppedStack) -> None:
    tell(toys, stated(name="shaky"))
    toys.settle()
    runtime, clock = toys.service("badges"), [0.0]
    with runtime.database.write() as db:
        db.execute(update(Inbox).values(attempts=MAX_ATTEMPTS, next_at=now() + timedelta(minutes=4)))
    runtime._watch = Watch(runtime.database, "badges", lambda: clock[0])
    with capture_logs() as logs:
        for _ in range(2):
            runtime.work()
            clock[0] += LOOK_SECONDS
    assert said(logs) == [("error", "events fail again and again")]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0.00 s"), (0.024, "0.02 s"), (61, "61 s"), (600, "10 min"), (10_800, "3 h"), (200_000, "2 days")],
)
def test_times_are_told_in_a_unit_that_fits(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
