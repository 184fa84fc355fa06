"""From a commit in one service to exactly one effect in another."""

import io
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from shared.bus import publish
from shared.bus.inbox import MAX_ATTEMPTS, MAX_DEATHS
from shared.bus.outbox import count_unsent
from shared.bus.parked import try_again
from shared.bus.replay import replay
from shared.bus.tables import Inbox, Outbox
from shared.clock import now
from shared.contracts.registration import AttendeeStated
from shared.contracts.sessions import ConferenceStated
from shared.log import set_up_logging
from tests.contracts.test_contracts import SAMPLES
from tests.harness import SteppedStack
from tests.shared.toys import MENDED, Effect, stated


def tell(toys: SteppedStack, *events: ConferenceStated) -> None:
    with toys.service("sessions").database.write() as db:
        for event in events:
            publish(db, event)


def effects(toys: SteppedStack) -> list[tuple[str, int]]:
    with toys.service("badges").database.read() as db:
        return [(row.name, row.version) for row in db.scalars(select(Effect).order_by(Effect.id))]


def inbox_rows(toys: SteppedStack) -> list[Inbox]:
    with toys.service("badges").database.read() as db:
        return list(db.scalars(select(Inbox).order_by(Inbox.received_at)))


def let_time_pass(toys: SteppedStack) -> None:
    """Whatever waits in the inbox is due now."""
    with toys.service("badges").database.write() as db:
        db.execute(update(Inbox).where(Inbox.state == "retry").values(next_at=now() - timedelta(seconds=1)))
    toys.settle()


def test_events_take_effect_once_and_in_order(toys: SteppedStack) -> None:
    conference = uuid4()
    tell(toys, *(stated(conference, version=version) for version in range(1, 51)))
    toys.settle()
    assert [version for _, version in effects(toys)] == list(range(1, 51))
    with toys.service("sessions").database.read() as db:
        assert count_unsent(db) == 0


def test_a_rolled_back_change_tells_nothing(toys: SteppedStack) -> None:
    def change_that_fails() -> None:
        with toys.service("sessions").database.write() as db:
            publish(db, stated())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_that_fails()
    toys.settle()
    assert effects(toys) == []


def test_the_same_event_delivered_again_has_no_second_effect(toys: SteppedStack) -> None:
    tell(toys, stated())
    toys.settle()
    with toys.service("sessions").database.write() as db:
        db.execute(update(Outbox).values(sent_at=None))
    toys.settle()
    assert len(effects(toys)) == 1


def test_a_failing_event_holds_back_only_its_own_subject(toys: SteppedStack) -> None:
    shaky, other = uuid4(), uuid4()
    tell(toys, stated(shaky, name="shaky"), stated(other, version=1), stated(shaky, version=2, name="later"))
    toys.settle()
    assert effects(toys) == [("fine", 1)]
    MENDED.done = True
    let_time_pass(toys)
    let_time_pass(toys)
    assert effects(toys) == [("fine", 1), ("shaky", 1), ("later", 2)]


def test_a_hopeless_event_is_parked_with_its_reason_and_its_bytes(toys: SteppedStack) -> None:
    tell(toys, stated(name="poison"))
    toys.settle()
    for _ in range(MAX_ATTEMPTS):
        let_time_pass(toys)
    (row,) = inbox_rows(toys)
    assert (row.state, row.attempts, row.reason) == ("parked", MAX_ATTEMPTS, "Broken: poison")
    assert row.raw is not None
    assert json.loads(row.raw)["data"]["name"] == "poison"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\xff\xfe not text", "not JSON"),
        (b'{"specversion": "1.0"}', "not an event"),
        (b"[]", "not an event"),
        (b"x" * 70_000, "70000 bytes"),
    ],
)
def test_unreadable_bytes_are_parked_and_hold_back_nobody(
    toys: SteppedStack, raw: bytes, reason: str
) -> None:
    toys.service("badges").inbox.receive(raw)
    tell(toys, stated())
    toys.settle()
    (parked,) = [row for row in inbox_rows(toys) if row.state == "parked"]
    assert reason in parked.reason
    assert parked.raw == raw
    assert len(effects(toys)) == 1


def envelope(**changes: object) -> bytes:
    attributes = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "/plenary/sessions",
        "type": ConferenceStated.TYPE,
        "subject": "subject",
        "time": now().isoformat(),
        "sequence": 1,
        "data": stated().to_data(),
    }
    return json.dumps({**attributes, **changes}).encode()


def test_a_newer_major_version_is_parked_for_a_later_release(toys: SteppedStack) -> None:
    toys.service("badges").inbox.receive(envelope(type=ConferenceStated.TYPE.replace(".v1", ".v2")))
    (row,) = inbox_rows(toys)
    assert row.state == "parked"
    assert "unknown version" in row.reason


def test_fields_of_a_later_release_are_ignored(toys: SteppedStack) -> None:
    toys.service("badges").inbox.receive(envelope(data={**stated().to_data(), "mood": "sunny"}))
    assert effects(toys) == [("fine", 1)]


def test_a_body_that_breaks_its_contract_waits_with_field_and_reason(toys: SteppedStack) -> None:
    toys.service("badges").inbox.receive(envelope(data={**stated().to_data(), "number": "many"}))
    (row,) = inbox_rows(toys)
    assert row.state == "retry"
    assert "number" in row.reason


def test_publishing_what_breaks_the_contract_fails_the_whole_change(toys: SteppedStack) -> None:
    broken = stated(name=None)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="name"), toys.service("sessions").database.write() as db:
        publish(db, broken)


def test_replay_tells_one_subscriber_everything_again(toys: SteppedStack) -> None:
    conference = uuid4()
    tell(toys, *(stated(conference, version=version) for version in (1, 2, 3)))
    toys.settle()
    with toys.service("sessions").database.write() as db:
        generation, count = replay(db, subscriber="badges", types=[ConferenceStated.TYPE])
    toys.settle()
    assert count == 3
    assert [version for _, version in effects(toys)] == [1, 2, 3, 1, 2, 3]
    assert [row.generation for row in inbox_rows(toys)].count(generation) == 3
    with toys.service("sessions").database.read() as db:
        assert len(list(db.scalars(select(Outbox)))) == 3


def test_an_event_of_which_every_process_dies_is_parked_and_the_others_go_on(toys: SteppedStack) -> None:
    class Died(BaseException):
        """What no handler and no loop catches, as the end of a process."""

    inbox = toys.service("badges").inbox
    kind, handler = inbox._handlers[ConferenceStated.TYPE]

    def die(db, event) -> None:
        if event.name == "deadly":
            raise Died
        handler(db, event)

    inbox._handlers[ConferenceStated.TYPE] = (kind, die)
    deadly = envelope(data=stated(name="deadly").to_data())
    with pytest.raises(Died):
        inbox.receive(deadly)
    for _ in range(MAX_DEATHS):
        with pytest.raises(Died):
            inbox.receive(deadly, again=True)
    inbox.receive(deadly, again=True)
    inbox.receive(envelope(), again=True)
    states = {row.state: row for row in inbox_rows(toys)}
    assert set(states) == {"parked", "done"}
    assert "ended each time" in states["parked"].reason
    assert states["parked"].raw == deadly
    assert effects(toys) == [("fine", 1)]


def test_an_event_that_was_under_way_when_a_process_ended_is_done_once(toys: SteppedStack) -> None:
    inbox, raw = toys.service("badges").inbox, envelope()
    for again in (True, False, True):
        inbox.receive(raw, again=again)
    assert len(effects(toys)) == 1


def test_a_parked_event_that_is_tried_again_and_still_kills_is_parked_again(toys: SteppedStack) -> None:
    class Died(BaseException):
        """As the end of a process."""

    def die(db, event) -> None:
        raise Died

    inbox = toys.service("badges").inbox
    inbox._handlers[ConferenceStated.TYPE] = (ConferenceStated, die)
    inbox.park(envelope(data=stated(name="deadly").to_data()), "mended, it was said")
    with toys.service("badges").database.write() as db:
        try_again(db, None, now(), by="a test")
    for tries in range(1, MAX_DEATHS + 1):
        with pytest.raises(Died):
            inbox.retry_due(now() + timedelta(minutes=5 * tries))
    assert inbox.retry_due(now() + timedelta(days=1))
    assert not inbox.retry_due(now() + timedelta(days=2))
    (row,) = inbox_rows(toys)
    assert (row.state, row.attempts) == ("parked", MAX_DEATHS)


def test_the_log_does_not_quote_what_a_personal_event_says(
    toys: SteppedStack,
) -> None:
    def fail(db, event) -> None:
        raise KeyError("Zoë Ångström")

    inbox, stream = toys.service("badges").inbox, io.StringIO()
    inbox._handlers[AttendeeStated.TYPE] = (AttendeeStated, fail)
    sample = json.loads((SAMPLES / f"{AttendeeStated.TYPE}.json").read_text())
    set_up_logging("WARNING", stream)
    inbox.receive(json.dumps(sample).encode())
    set_up_logging("WARNING")
    assert "KeyError" in stream.getvalue()
    assert "Zoë" not in stream.getvalue()
