"""The ledger of the fault drivers sees what it is there to see."""

from collections.abc import Mapping

from sqlalchemy import text

from tests.faults.ledger import Ledger, accounts, settle_accounts


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
