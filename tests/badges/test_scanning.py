"""Scanning at the door: one answer per badge and list, in every state of its holder, on both databases."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from werkzeug.test import Client

from services.badges.models import Badge
from services.badges.rules import door
from shared.clock import now
from shared.runtime import Runtime
from tests.badges.door import answers, code_of, conference_at, history, paired, scan, told
from tests.badges.facts import hear, make_attendee
from tests.facts import (
    ATTENDEE,
    CLOSED_DAY,
    OPEN_DAY,
    SECOND,
    at,
    make_closed_day,
    make_day,
    make_erasure,
)

THIRD_DAY = UUID(int=50)


def test_a_valid_badge_is_let_in_with_what_the_staff_wants_to_see(door_of: Runtime, phone: Client) -> None:
    answer = scan(phone, code_of(door_of, SECOND))
    assert answer.status_code == 201
    body = answer.get_json()
    assert (body["status"], body["reason"], body["reason_explanation"]) == ("ok", None, "")
    assert (body["name"], body["category"]) == ("Ὀδυσσεὺς Ἰθακήσιος", "Jury")
    assert (body["institution"], body["country"]) == ("Akademia Złotoborska", "Poland")
    assert body["at"].startswith("2026-11-27T10:00")
    assert body["first_scan"] is None


def test_the_second_scan_says_when_and_where_the_first_one_was(door_of: Runtime, phone: Client) -> None:
    code = code_of(door_of, ATTENDEE)
    first = scan(phone, code).get_json()
    answer = scan(paired(door_of, name="Side entrance"), code)
    body = answer.get_json()
    assert (answer.status_code, body["status"], body["reason"]) == (200, "error", "already_redeemed")
    assert body["first_scan"] == {"at": first["at"], "place": "Main entrance"}
    assert body["name"] == "Żaneta Ørsted"


def test_lists_are_independent(door_of: Runtime, phone: Client) -> None:
    hear(door_of, conference_at("20:00", 26, version=3))
    code = code_of(door_of, ATTENDEE)
    assert answers(phone, code, day=OPEN_DAY) == ["ok"]
    hear(door_of, conference_at("10:00", version=4))
    assert answers(phone, code, code) == ["ok", "already_redeemed"]


def test_a_valid_badge_is_welcome_on_a_public_day(door_of: Runtime, phone: Client) -> None:
    hear(door_of, conference_at("10:00", 26, version=3))
    assert answers(phone, code_of(door_of, ATTENDEE), day=OPEN_DAY) == ["ok"]


@pytest.mark.parametrize(
    ("events", "reason", "detail"),
    [
        ((make_attendee(version=2, state="cancelled"),), "canceled", ""),
        ((make_erasure(),), "canceled", ""),
        ((make_attendee(version=2, state="rejected"),), "unapproved", ""),
        ((conference_at("10:00", version=3, state="cancelled"),), "canceled", "cancelled"),
        ((conference_at("20:00", 25, version=3),), "invalid_time", "list_not_open"),
        ((conference_at("06:00", 28, version=3),), "invalid_time", "list_over"),
    ],
)
def test_reason(door_of: Runtime, phone: Client, events: Any, reason: str, detail: str) -> None:
    code = code_of(door_of, ATTENDEE)
    hear(door_of, *events)
    answer = scan(phone, code)
    body = answer.get_json()
    assert (answer.status_code, body["status"], body["reason"], body["detail"]) == (
        200,
        "error",
        reason,
        detail,
    )
    assert body["reason_explanation"]
    (kept,) = history(door_of)
    assert (kept.reason, kept.version, told(door_of)) == (reason, 0, [])


def test_reason_revoked(door_of: Runtime, phone: Client) -> None:
    code = code_of(door_of, ATTENDEE)
    with door_of.database.write() as db:
        db.execute(update(Badge).where(Badge.attendee_id == ATTENDEE).values(revoked_at=now()))
    assert answers(phone, code) == ["revoked"]


def test_reason_product(door_of: Runtime) -> None:
    third = make_closed_day(day_id=THIRD_DAY, position=3, starts_at=at("20:00", 27), ends_at=at("23:00", 27))
    hear(door_of, conference_at("20:30", version=3, days=(make_day(), make_closed_day(), third)))
    phone = paired(door_of, days=(THIRD_DAY,))
    answer = scan(phone, code_of(door_of, ATTENDEE), day=THIRD_DAY).get_json()
    assert (answer["reason"], answer["name"]) == ("product", "Żaneta Ørsted")


@pytest.mark.parametrize(("clock", "day", "detail"), [("20:00", 25, "not_yet"), ("06:00", 28, "expired")])
def test_a_badge_outside_its_window_is_refused_where_the_list_is_open(
    door_of: Runtime, clock: str, day: int, detail: str
) -> None:
    always = make_day(day_id=THIRD_DAY, position=3, starts_at=at("00:00", 20), ends_at=at("23:00", 30))
    code = code_of(door_of, ATTENDEE)
    hear(door_of, conference_at(clock, day, version=3, days=(make_day(), make_closed_day(), always)))
    answer = scan(paired(door_of, days=(THIRD_DAY,)), code, day=THIRD_DAY).get_json()
    assert (answer["reason"], answer["detail"]) == ("invalid_time", detail)


@pytest.mark.parametrize(
    "code",
    [
        "",
        " ",
        "x" * 10_240,
        "\x00\x01\x02\udcff\ud800",
        "https://www.example.org/ticket?id=1",
        '{"i":[2,"indico.example.org","' + "A" * 24 + '"]}',
        "=" * 40 + "eyJ0ZXN0Ijo",
        "7ed1a3f2/9b" * 9,
        "PL1:" + "0" * 131,
        "PL1:" + ":" * 131,
        "PL2:" + "0" * 131,
        "ünïcødé " * 20,
        "'; DROP TABLE scans; --",
    ],
)
def test_whatever_else_is_scanned_is_invalid_and_kept(door_of: Runtime, phone: Client, code: str) -> None:
    answer = scan(phone, code)
    body = answer.get_json()
    assert (answer.status_code, body["status"], body["reason"]) == (200, "error", "invalid")
    assert (body["name"], body["badge_id"]) == ("", None)
    (kept,) = history(door_of)
    assert len(kept.code) <= door.LONGEST_KEPT
    assert kept.code[:2] == door.storable(code)[:2]


def test_a_genuine_code_that_is_not_known_here_is_invalid(door_of: Runtime, phone: Client) -> None:
    code = code_of(door_of, ATTENDEE)
    with door_of.database.write() as db:
        db.execute(update(Badge).where(Badge.attendee_id == ATTENDEE).values(badge_id="0123456789abcdef"))
    body = scan(phone, code).get_json()
    assert (body["reason"], body["detail"]) == ("invalid", "unknown_badge")
    assert history(door_of)[0].code == code


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"nonce": "short"}, "nonce"),
        ({"nonce": "with space and more"}, "nonce"),
        ({"day_id": "tomorrow"}, "day_id"),
        ({"day_id": str(THIRD_DAY)}, "day_id"),
        ({"code": 7}, "code"),
        ({"code": "x" * 1_000_000}, "code"),
        ({"scanned_at": "yesterday"}, "scanned_at"),
        ({"scanned_at": "0001-01-01T00:00:00+14:00"}, "scanned_at"),
        ({"extra": 1}, "extra"),
    ],
)
def test_bad_input_is_refused_naming_the_field(
    door_of: Runtime, phone: Client, change: dict[str, Any], field: str
) -> None:
    body = {"code": "x", "day_id": str(CLOSED_DAY), "nonce": "nonce-0001", **change}
    code = body.pop("code")
    day = body.pop("day_id")
    answer = scan(phone, code, day=day, **body)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert field in answer.get_json()["fields"]
    assert history(door_of) == []
