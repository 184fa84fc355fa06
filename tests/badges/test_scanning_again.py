"""Scans that come twice, at once, or are taken back; devices that are not, or no longer, paired; on both databases."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg._queries import MAX_CACHED_STATEMENT_LENGTH
from sqlalchemy import update
from sqlalchemy.dialects import postgresql
from werkzeug.test import Client

from services.badges.models import Device, Scan
from services.badges.queries.scan_statement import postgresql_scan
from services.badges.rules import door
from shared.clock import now
from shared.runtime import Runtime
from tests.badges.door import answers, code_of, conference_at, history, paired, scan, told
from tests.badges.facts import hear, make_attendee
from tests.facts import (
    ATTENDEE,
    CLOSED_DAY,
    CONFERENCE,
    make_conference,
)

THIRD_DAY = UUID(int=50)
API_SCANS = "/badges/api/v1/conferences/spring-meeting/scans"


def test_the_same_nonce_gets_the_first_answer_after_the_state_has_changed(
    door_of: Runtime, phone: Client
) -> None:
    code = code_of(door_of, ATTENDEE)
    first = scan(phone, code, nonce="nonce-0001")
    refused = scan(phone, code, nonce="nonce-0002")
    hear(door_of, make_attendee(version=2, state="cancelled"))
    again, refused_again = scan(phone, code, nonce="nonce-0001"), scan(phone, "other", nonce="nonce-0002")
    assert (again.status_code, again.get_json()) == (first.status_code, first.get_json())
    assert refused_again.get_json() == refused.get_json()
    assert len(history(door_of)) == 2
    assert len(told(door_of)) == 1


def test_a_nonce_belongs_to_its_device(door_of: Runtime, phone: Client) -> None:
    code = code_of(door_of, ATTENDEE)
    assert scan(phone, code, nonce="nonce-0001").get_json()["status"] == "ok"
    assert scan(paired(door_of), code, nonce="nonce-0001").get_json()["reason"] == "already_redeemed"


def test_two_desks_scanning_the_same_badge_at_once_let_one_in(door_of: Runtime) -> None:
    desks, rounds = [paired(door_of, name=name) for name in ("Left", "Right")], 50
    hear(door_of, *(make_attendee(attendee_id=UUID(int=1000 + number)) for number in range(rounds)))
    for number in range(rounds):
        code, got, start = code_of(door_of, UUID(int=1000 + number)), [], threading.Barrier(2)

        def run(desk: Client, code: str = code, got: list[Any] = got, start: Any = start) -> None:
            start.wait()
            got.append(scan(desk, code).get_json())

        threads = [threading.Thread(target=run, args=(desk,)) for desk in desks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(body["reason"] or "" for body in got) == ["", "already_redeemed"]
        assert next(body for body in got if body["reason"])["first_scan"]["place"] in ("Left", "Right")
    assert len(told(door_of)) == rounds


def test_the_same_scan_sent_twice_at_once_is_one_scan(door_of: Runtime, phone: Client) -> None:
    code, got, start = code_of(door_of, ATTENDEE), [], threading.Barrier(4)

    def run() -> None:
        start.wait()
        got.append(scan(phone, code, nonce="nonce-0001").get_json())

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [body["status"] for body in got] == ["ok"] * 4
    assert len(history(door_of)) == len(told(door_of)) == 1


def test_every_outcome_has_its_published_status(phone: Client) -> None:
    published = phone.get("/badges/api/v1/scan-outcomes").get_json()
    table = {row["reason"] or "": row["http_status"] for row in published["outcomes"]}
    assert table == door.STATUS_OF
    assert set(table) == {"", *door.EXPLANATIONS}
    assert published["details"] == door.DETAILS


def test_a_badge_issued_a_moment_ago_is_known(door_of: Runtime, phone: Client) -> None:
    assert answers(phone, code_of(door_of, ATTENDEE)) == ["ok"]
    late = UUID(int=77)
    hear(door_of, make_attendee(attendee_id=late, display_name="Late Comer"))
    assert answers(phone, code_of(door_of, late)) == ["ok"]


def test_the_clock_and_the_days_of_the_conference_are_followed_at_once(
    door_of: Runtime, phone: Client
) -> None:
    code = code_of(door_of, ATTENDEE)
    hear(door_of, conference_at("06:00", 28, version=3))
    assert answers(phone, code) == ["invalid_time"]
    hear(door_of, conference_at("11:00", version=4))
    assert answers(phone, code) == ["ok"]


def test_undoing_frees_the_list_and_keeps_both_in_the_history(door_of: Runtime, phone: Client) -> None:
    code = code_of(door_of, ATTENDEE)
    scan(phone, code, nonce="nonce-0001")
    for _ in range(2):  # again changes nothing
        undone = phone.delete(f"{API_SCANS}/nonce-0001", headers={"Sec-Fetch-Site": "same-origin"})
        assert (undone.status_code, undone.get_json()["undone"]) == (200, True)
    assert answers(phone, code) == ["ok"]
    assert [(kept.kind, kept.version) for kept in history(door_of)] == [
        ("entry", 1),
        ("undo", 2),
        ("entry", 3),
    ]
    assert [(what, sequence) for what, sequence, _ in told(door_of)] == [
        ("checked_in", 1),
        ("checked_out", 2),
        ("checked_in", 3),
    ]
    assert ['"version":3,' in body for _, _, body in told(door_of)] == [False, False, True]


def test_a_scan_is_undone_by_its_own_device_for_fifteen_minutes(door_of: Runtime, phone: Client) -> None:
    code = code_of(door_of, ATTENDEE)
    scan(phone, code, nonce="nonce-0001")
    scan(phone, code, nonce="nonce-0002")
    same_origin = {"Sec-Fetch-Site": "same-origin"}
    other = paired(door_of).delete(f"{API_SCANS}/nonce-0001", headers=same_origin)
    refused = phone.delete(f"{API_SCANS}/nonce-0002", headers=same_origin)
    with door_of.database.write() as db:
        db.execute(update(Scan).values(received_at=now() - door.UNDO_WITHIN - timedelta(seconds=1)))
    late = phone.delete(f"{API_SCANS}/nonce-0001", headers=same_origin)
    assert [(answer.status_code, answer.get_json()["code"]) for answer in (other, refused, late)] == [
        (404, "not_found"),
        (409, "nothing_to_undo"),
        (409, "too_late_to_undo"),
    ]
    assert [kept.kind for kept in history(door_of)] == ["entry", "entry"]


def test_events_say_who_came_when_without_saying_a_name(door_of: Runtime, phone: Client) -> None:
    scan(phone, code_of(door_of, ATTENDEE))
    ((_, sequence, body),) = told(door_of)
    assert sequence == 1
    assert str(ATTENDEE) in body
    assert str(door.attendance_id(ATTENDEE, CLOSED_DAY)) in body
    assert str(CONFERENCE) in body
    assert "aneta" not in body


def test_a_device_of_another_conference_is_nobody_here(door_of: Runtime, phone: Client) -> None:
    hear(door_of, make_conference(conference_id=UUID(int=60), slug="other", number=5, days=()))
    answer = phone.get("/badges/api/v1/conferences/other/door")
    assert (answer.status_code, answer.get_json()["code"]) == (401, "unpaired")


@pytest.mark.parametrize("why", ["device_revoked", "unpaired"])
def test_every_route_of_a_device_is_shut_to_revoked_and_unpaired_ones(
    door_of: Runtime, phone: Client, why: str
) -> None:
    scan(phone, code_of(door_of, ATTENDEE), nonce="nonce-0001")  # it is well remembered
    with door_of.database.write() as db:
        db.execute(update(Device).values(revoked_at=now()))
    caller = phone if why == "device_revoked" else Client(door_of.app)
    for rule in door_of.app.url_map.iter_rules():
        if getattr(door_of.app.view_functions[rule.endpoint], "policy", None) != "door:scan":
            continue
        path = rule.rule.replace("<conference>", "spring-meeting").replace("<nonce>", "nonce-0001")
        for method in {"GET", "POST", "DELETE"} & (rule.methods or set()):
            body = (
                {"code": "x", "day_id": str(CLOSED_DAY), "nonce": "nonce-0001"} if method == "POST" else None
            )
            answer = caller.open(path, method=method, json=body, headers={"Sec-Fetch-Site": "same-origin"})
            assert answer.status_code == 401, rule.rule
            assert answer.get_json()["code"] == why


def test_the_short_way_and_flask_answer_alike(door_of: Runtime, phone: Client) -> None:
    """A browser says where it comes from in `Sec-Fetch-Site`; one that says it otherwise goes through Flask."""
    code = code_of(door_of, ATTENDEE)
    for nonce, what in (("nonce-0001", code), ("nonce-0002", code), ("nonce-0003", "x")):
        body = {"code": what, "day_id": str(CLOSED_DAY), "nonce": nonce}
        quick = phone.post(API_SCANS, json=body, headers={"Sec-Fetch-Site": "same-origin"})
        flask = phone.post(API_SCANS, json=body, headers={"Origin": "http://localhost"})
        assert (quick.status_code, quick.json) == (flask.status_code, flask.json)
        assert set(quick.headers.keys()) == set(flask.headers.keys())
        assert quick.headers["Cache-Control"] == flask.headers["Cache-Control"] == "no-store"
    foreign = phone.post(API_SCANS, json=body, headers={"Sec-Fetch-Site": "cross-site"})
    assert (foreign.status_code, foreign.json["code"]) == (403, "cross_site_request")
    assert len(history(door_of)) == 3


def test_the_statement_of_a_scan_is_short_enough_for_the_driver_to_remember() -> None:
    text = str(postgresql_scan().compile(dialect=postgresql.psycopg.dialect()))
    assert len(text) <= MAX_CACHED_STATEMENT_LENGTH
