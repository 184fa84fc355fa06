"""The ledger of the fault drivers sees what it is there to see."""

from collections.abc import Mapping

import pytest
from sqlalchemy import select, text

from services.allinone import Stack
from shared.bus import publish
from shared.bus.envelope import write_envelope
from shared.bus.tables import Outbox
from tests.faults.accounts import accounts
from tests.faults.diary import keep_diaries
from tests.faults.ledger import Ledger, settle_accounts
from tests.shared.toys import stated


def after(environ: Mapping[str, str], service: str, statement: str) -> Ledger:
    with accounts(environ) as stack, stack.runtimes[service].database.write() as db:
        db.execute(text(statement))
    return settle_accounts(environ, accepted=0)


def test_a_lost_a_parked_and_an_unfinished_step_are_found(embedded_demo_environ: dict[str, str]) -> None:
    before = settle_accounts(embedded_demo_environ, accepted=0)
    assert before.clean
    assert before.commits == before.effects > 100
    heard = "event_id = (SELECT min(event_id) FROM inbox WHERE state = 'done')"
    parked = after(embedded_demo_environ, "badges", f"UPDATE inbox SET state = 'parked' WHERE {heard}")
    assert (len(parked.lost), len(parked.parked), parked.clean) == (1, 1, False)
    lost = after(embedded_demo_environ, "sessions", f"DELETE FROM inbox WHERE {heard}")
    assert (len(lost.lost), lost.clean) == (2, False)


def test_a_confirmed_registration_that_is_not_stored_is_found(embedded_demo_environ: dict[str, str]) -> None:
    ledger = settle_accounts(embedded_demo_environ, accepted=1)
    assert ledger.wrong and not ledger.clean


def test_an_arrival_without_an_entry_is_found(embedded_demo_environ: dict[str, str]) -> None:
    ledger = after(
        embedded_demo_environ,
        "registration",
        "INSERT INTO arrivals (attendance_id, version, conference_id, attendee_id, day_id, present, at) "
        "SELECT id, 1, conference_id, id, id, true, created_at FROM attendees LIMIT 1",
    )
    assert ledger.wrong and not ledger.clean


def hear(environ: Mapping[str, str], order: tuple[int, ...]) -> Ledger:
    """Tell a subject three times, and let everybody hear it in this order, in which a number may come again."""
    keep_diaries(environ)
    with accounts(environ) as stack:
        told = tell(stack)
        for runtime in stack.runtimes.values():
            seen: set[int] = set()
            for number in order if runtime.service.name == "badges" else (0, 1, 2):
                if number in seen:  # as if the inbox had forgotten it
                    with runtime.database.write() as db:
                        db.execute(text("DELETE FROM inbox"))
                runtime.inbox.receive(told[number])
                seen.add(number)
    return settle_accounts(environ, accepted=0)


def tell(stack: Stack) -> list[bytes]:
    event = stated()
    with stack.runtimes["sessions"].database.write() as db:
        for version in (1, 2, 3):
            publish(db, stated(event.conference_id, version=version))
    with stack.runtimes["sessions"].database.read() as db:
        return [write_envelope(row) for row in db.execute(select(Outbox.__table__).order_by(Outbox.seq))]


@pytest.mark.parametrize(
    ("order", "disordered", "doubled"),
    [((0, 1, 2), 0, 0), ((0, 2, 1), 1, 0), ((2, 1, 0), 2, 0), ((0, 1, 2, 2), 0, 1)],
)
def test_a_turned_order_and_a_second_effect_are_found(
    environ: dict[str, str], order: tuple[int, ...], disordered: int, doubled: int
) -> None:
    ledger = hear(environ, order)
    assert (len(ledger.disordered), len(ledger.doubled)) == (disordered, doubled)
