"""The JSON API: keys, badges, the own badge, and the check of a code."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from werkzeug.test import Client

from services.badges.rules import read_code
from shared.runtime import Runtime
from tests.badges.facts import hear, make_attendee
from tests.facts import (
    ATTENDEE,
    SECOND,
    SLUG,
    at,
    make_closed_day,
    make_conference,
    make_day,
    make_erasure,
    offset_to,
)

API = f"/badges/api/v1/conferences/{SLUG}"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def open_door(badges: Runtime) -> Runtime:
    """The clock stands on the attendee's day."""
    clock_offset = offset_to(at("10:00", 27))
    hear(badges, make_conference(rehearsal=True, clock_offset=clock_offset), make_attendee())
    return badges


def verdict(organiser: Client, code: str) -> Any:
    answer = organiser.post(f"{API}/verifications", json={"code": code}, headers=SAME_ORIGIN)
    assert answer.status_code == 200
    return answer.json


def test_keys_are_public_and_check_a_code_offline(open_door: Runtime, attendee: Client) -> None:
    answer = Client(open_door.app).get(f"{API}/keys").json
    code = attendee.get(f"{API}/me").json["code"]
    keys = {
        key["key_id"]: Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["public_key"] + "="))
        for key in answer["keys"]
    }
    facts = read_code(code, keys=keys, conference_number=answer["conference_number"], now=at("10:00", 27))
    assert facts.badge_id == attendee.get(f"{API}/me").json["badge_id"]


def test_keys_of_a_draft_are_not_there(badges: Runtime) -> None:
    hear(badges, make_conference(state="draft"))
    assert Client(badges.app).get(f"{API}/keys").status_code == 404


def test_own_badge_in_each_state(open_door: Runtime, attendee: Client) -> None:
    assert attendee.get(f"{API}/me").json["state"] == "valid"
    hear(open_door, make_attendee(version=2, state="cancelled"))
    own = attendee.get(f"{API}/me").json
    assert (own["state"], own["code"], own["badge_id"]) == ("revoked", "", None)


def test_verification_through_the_life_of_a_badge(
    open_door: Runtime, organiser: Client, attendee: Client
) -> None:
    own = attendee.get(f"{API}/me").json
    code, badge_id = own["code"], own["badge_id"]
    assert verdict(organiser, code) == {"valid": True, "reason": None, "badge_id": badge_id}
    assert verdict(organiser, "nonsense") == {"valid": False, "reason": "invalid", "badge_id": None}
    for version, (day, reason) in enumerate(((25, "not_yet"), (29, "expired"), (27, None)), start=2):
        moved = make_conference(version=version, rehearsal=True, clock_offset=offset_to(at("10:00", day)))
        hear(open_door, moved)
        assert verdict(organiser, code)["reason"] == reason
    hear(open_door, make_erasure(version=2))
    assert verdict(organiser, code) == {"valid": False, "reason": "revoked", "badge_id": badge_id}


def test_an_old_code_opens_only_the_days_its_holder_still_has(
    open_door: Runtime, organiser: Client, attendee: Client
) -> None:
    old = attendee.get(f"{API}/me").json["code"]
    earlier = make_closed_day(starts_at=at("09:00", 26), ends_at=at("18:00", 26))
    hear(
        open_door,
        make_conference(
            version=2, days=(make_day(), earlier), rehearsal=True, clock_offset=offset_to(at("10:00", 27))
        ),
    )
    assert attendee.get(f"{API}/me").json["code"] != old
    assert verdict(organiser, old)["reason"] == "expired"


def test_a_cancelled_conference_lets_nobody_in_and_issues_nothing(
    open_door: Runtime, organiser: Client, attendee: Client
) -> None:
    code = attendee.get(f"{API}/me").json["code"]
    clock = {"rehearsal": True, "clock_offset": offset_to(at("10:00", 27))}
    hear(open_door, make_conference(version=2, state="cancelled", **clock), make_attendee(attendee_id=SECOND))
    assert verdict(organiser, code)["reason"] == "cancelled"
    assert [item["attendee_id"] for item in organiser.get(f"{API}/badges").json["items"]] == [str(ATTENDEE)]
    hear(open_door, make_conference(version=3, **clock))
    assert verdict(organiser, code)["valid"]
    assert len(organiser.get(f"{API}/badges").json["items"]) == 2


@pytest.mark.parametrize("body", [{}, {"code": ""}, {"code": 7}, {"code": "A" * 501}, {"code": "\x00"}, []])
def test_a_wrong_question_is_refused(open_door: Runtime, organiser: Client, body: Any) -> None:
    answer = organiser.post(f"{API}/verifications", json=body, headers=SAME_ORIGIN)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"


def test_badges_come_in_pages_with_the_revoked_ones(open_door: Runtime, organiser: Client) -> None:
    hear(open_door, make_attendee(attendee_id=SECOND), make_erasure())
    first = organiser.get(f"{API}/badges?limit=1").json
    second = organiser.get(f"{API}/badges?limit=1&after={first['next']}").json
    assert second["next"] is None
    found = {item["attendee_id"]: item for item in first["items"] + second["items"]}
    assert [found[str(who)]["state"] for who in (ATTENDEE, SECOND)] == ["revoked", "valid"]
    assert [found[str(who)]["name"] for who in (ATTENDEE, SECOND)] == ["", "Żaneta Ørsted"]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "after=7"])
def test_a_wrong_page_is_refused(open_door: Runtime, organiser: Client, query: str) -> None:
    assert organiser.get(f"{API}/badges?{query}").status_code == 422


def test_the_api_is_closed_to_others(open_door: Runtime, attendee: Client, organiser: Client) -> None:
    stranger = Client(open_door.app)
    assert [stranger.get(f"{API}/{path}").status_code for path in ("badges", "me")] == [401, 401]
    assert attendee.get(f"{API}/badges").status_code == 404
    assert organiser.get(f"{API}/me").status_code == 404
