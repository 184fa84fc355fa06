"""Pairing phones: once, in time, not by guessing, for one conference and named lists, and until revoked."""

from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from werkzeug.test import Client

from services.badges.models import Device, GuessCounter, Pairing
from services.badges.usecases.doors import DOOR_COOKIE
from shared.clock import now
from shared.log import mask_path
from shared.runtime import Runtime
from tests.badges.door import (
    API,
    DOOR,
    SAME_ORIGIN,
    answers,
    code_of,
    conference_at,
    history,
    invite,
    paired,
    scan,
)
from tests.badges.facts import hear, make_attendee
from tests.badges.tokens import with_token
from tests.facts import ATTENDEE, CLOSED_DAY, OPEN_DAY, SECOND, SLUG, make_conference

MANAGE = f"/badges/manage/{SLUG}/door"


@pytest.fixture
def badges(badges: Runtime) -> Runtime:
    """With the closed day at ten, and one badge."""
    hear(badges, conference_at("10:00"), make_attendee())
    return badges


def devices(badges: Runtime) -> list[Device]:
    with badges.database.read() as db:
        return list(db.scalars(select(Device)))


def press(browser: Client, path: str, **data: Any) -> Any:
    return browser.post(path, data=data, headers=SAME_ORIGIN)


def test_a_link_pairs_one_device_and_looking_at_it_none(badges: Runtime) -> None:
    link = f"{DOOR}/in/{invite(badges, name='Main entrance', days=(CLOSED_DAY,)).secret}"
    phone, late = Client(badges.app), Client(badges.app)
    for _ in range(2):
        looked = phone.get(link)
        assert (looked.status_code, "Main entrance" in looked.text) == (200, True)
    assert devices(badges) == []
    answer = press(phone, link)
    assert (answer.status_code, answer.headers["Location"]) == (303, DOOR)
    cookie = SimpleCookie(answer.headers["Set-Cookie"])[DOOR_COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/badges", True, "Lax")
    (device,) = devices(badges)
    assert (device.name, device.day_ids) == ("Main entrance", [str(CLOSED_DAY)])
    assert cookie.value not in (device.hashed, str(device.id))
    assert "Code, from a hand scanner or typed" in phone.get(DOOR).text
    for second in (late.get(link), press(late, link)):
        assert (second.status_code, "This link no longer works" in second.text) == (404, True)
    assert len(devices(badges)) == 1


def test_a_link_and_its_secret_are_told_to_nobody(badges: Runtime) -> None:
    secret = invite(badges).secret
    headers = Client(badges.app).get(f"{DOOR}/in/{secret}").headers
    assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store")
    assert secret not in mask_path(f"{DOOR}/in/{secret}")
    with badges.database.read() as db:
        pairing = db.scalars(select(Pairing)).one()
    assert secret not in str(vars(pairing))


def test_an_expired_link_pairs_nothing(badges: Runtime) -> None:
    invitation = invite(badges)
    with badges.database.write() as db:
        db.execute(update(Pairing).values(expires_at=now() - timedelta(seconds=1)))
    assert press(Client(badges.app), f"{DOOR}/in/{invitation.secret}").status_code == 404
    assert press(Client(badges.app), f"{DOOR}/pair", code=invitation.code).status_code == 422
    assert devices(badges) == []


@pytest.mark.parametrize("written", ["{}", " {} ", "lower", "no hyphen"])
def test_the_short_code_pairs_however_it_is_typed(badges: Runtime, written: str) -> None:
    code = invite(badges).code
    typed = {"lower": code.lower(), "no hyphen": code.replace("-", "")}.get(written, written.format(code))
    phone = Client(badges.app)
    assert press(phone, f"{DOOR}/pair", code=typed).status_code == 303
    assert phone.get(f"{API}/door").json["device"] == "Main entrance"
    assert press(Client(badges.app), f"{DOOR}/pair", code=typed).status_code == 422


def test_guesses_have_a_limit_that_counts_in_the_database(badges: Runtime) -> None:
    code, guesser = invite(badges).code, Client(badges.app)
    got = [press(guesser, f"{DOOR}/pair", code="AAAA-AAAA").status_code for _ in range(31)]
    assert got == [422] * 30 + [429]
    assert "Too many tries" in press(guesser, f"{DOOR}/pair", code=code).text
    assert guesser.get(f"{DOOR}/in/{'A' * 43}").status_code == 429
    with badges.database.read() as db:
        assert db.scalars(select(GuessCounter)).one().tries == 33
    assert devices(badges) == []


@pytest.mark.parametrize("code", ["", "x" * 41, "\x00" * 8])
def test_a_code_that_cannot_be_one_is_refused_at_its_field(badges: Runtime, code: str) -> None:
    answer = press(Client(badges.app), f"{DOOR}/pair", code=code)
    assert (answer.status_code, 'id="code-error"' in answer.text) == (422, True)


def test_a_revoked_device_learns_so_at_its_next_contact(badges: Runtime) -> None:
    phone, organiser = paired(badges), with_token(badges, scopes={"badge:print"}, conference=SLUG)
    assert answers(phone, code_of(badges, ATTENDEE)) == ["ok"]
    (device,) = devices(badges)
    assert press(organiser, f"{MANAGE}/devices/{device.id}/revoke").status_code == 303
    refused = scan(phone, code_of(badges, ATTENDEE))
    assert (refused.status_code, refused.json["code"]) == (401, "device_revoked")
    page = phone.get(DOOR)
    assert (page.status_code, "This device was unpaired" in page.text) == (401, True)
    assert len(history(badges)) == 1


def test_a_device_may_fill_its_own_lists_only(badges: Runtime) -> None:
    phone = paired(badges, days=(CLOSED_DAY,))
    assert [day["day_id"] for day in phone.get(f"{API}/door").json["lists"]] == [str(CLOSED_DAY)]
    refused = scan(phone, code_of(badges, ATTENDEE), day=OPEN_DAY)
    assert (refused.status_code, list(refused.json["fields"])) == (422, ["day_id"])


def test_a_device_opens_nothing_else(badges: Runtime) -> None:
    phone = paired(badges)
    assert phone.get(f"/badges/{SLUG}/me").status_code == 303  # to the sign-in
    assert phone.get(f"{API}/badges").status_code == 401
    assert phone.get(MANAGE).status_code == 303
    organiser = with_token(badges, scopes={"badge:print"}, conference=SLUG)
    assert organiser.get(f"{API}/door").json["code"] == "unpaired"


def test_a_program_may_send_the_secret_of_its_device_as_a_bearer_token(badges: Runtime) -> None:
    phone = paired(badges)
    cookie = phone.get_cookie(DOOR_COOKIE, path="/badges")
    assert cookie is not None
    header = {"Authorization": f"Bearer {cookie.value}"}
    assert Client(badges.app).get(f"{API}/door", headers=header).json["device"] == "Main entrance"


def test_drafts_and_unknown_conferences_look_alike(badges: Runtime) -> None:
    hear(badges, make_conference(conference_id=UUID(int=60), slug="draft", number=5, days=(), state="draft"))
    visitor = Client(badges.app)
    pages = [visitor.get(f"/badges/{slug}/door") for slug in ("draft", "nowhere")]
    assert [page.status_code for page in pages] == [404, 404]


def test_the_organisers_make_a_link_with_a_code_and_a_picture(badges: Runtime) -> None:
    organiser = with_token(badges, scopes={"badge:print"}, conference=SLUG)
    page = press(organiser, MANAGE, name="Side door", day_ids=[str(CLOSED_DAY)]).text
    link = page.partition('value="')[2].partition('"')[0].partition("/badges")[2]
    assert '<path d="M' in page
    assert press(Client(badges.app), f"/badges{link}").status_code == 303
    assert [device.name for device in devices(badges)] == ["Side door"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "", "day_ids": str(CLOSED_DAY)}, "name"),
        ({"name": "x" * 81, "day_ids": str(CLOSED_DAY)}, "name"),
        ({"name": "Door"}, "day_ids"),
        ({"name": "Door", "day_ids": "tomorrow"}, "day_ids"),
        ({"name": "Door", "day_ids": str(SECOND)}, "day_ids"),
    ],
)
def test_a_link_needs_a_name_and_a_list(badges: Runtime, given: dict[str, Any], field: str) -> None:
    organiser = with_token(badges, scopes={"badge:print"}, conference=SLUG)
    answer = press(organiser, MANAGE, **given)
    assert (answer.status_code, f'href="#{field}' in answer.text) == (422, True)


def test_organisers_see_counts_and_devices_and_undo_any_scan(badges: Runtime) -> None:
    organiser = with_token(badges, scopes={"badge:print"}, conference=SLUG)
    assert answers(paired(badges), code_of(badges, ATTENDEE)) == ["ok"]
    told = organiser.get(f"{MANAGE}/arrivals")
    assert [(day["title"], day["inside"], day["expected"]) for day in told.json["lists"]] == [
        ("Open day", 0, 1),
        ("Workshop day", 1, 1),
    ]
    assert [device["name"] for device in told.json["devices"]] == ["Main entrance"]
    assert organiser.get(f"{API}/arrivals").json == told.json
    again = organiser.get(f"{MANAGE}/arrivals", headers={"If-None-Match": told.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    (kept,) = history(badges)
    assert press(organiser, f"{MANAGE}/undo", scan_id=str(kept.id)).status_code == 303
    assert [row.kind for row in history(badges)] == ["entry", "undo"]
    assert organiser.get(f"{MANAGE}/arrivals").json["lists"][1]["inside"] == 0
    assert "In, undone" in organiser.get(MANAGE).text


def test_scanning_and_undoing_work_without_javascript(badges: Runtime) -> None:
    phone, code = paired(badges), code_of(badges, ATTENDEE)
    form = {"code": code, "day_id": str(CLOSED_DAY), "nonce": "nonce-0001"}
    for _ in range(2):  # sent twice is one scan
        answer = press(phone, DOOR, **form)
        assert answer.status_code == 303
        page = phone.get(answer.headers["Location"]).text
        assert "Welcome" in page
        assert "Żaneta Ørsted" in page
    again = phone.get(press(phone, DOOR, **{**form, "nonce": "nonce-0002"}).headers["Location"]).text
    assert "First scanned at 11:00, Main entrance." in again
    undone = phone.get(press(phone, f"{DOOR}/undo", nonce="nonce-0001").headers["Location"]).text
    assert "Taken back" in undone
    wrong = press(phone, DOOR, code="x", day_id="tomorrow", nonce="nonce-0003")
    assert (wrong.status_code, "day" in wrong.text) == (422, True)


def test_the_page_of_the_door_may_use_the_camera_and_its_decoder_and_others_may_not(badges: Runtime) -> None:
    headers = paired(badges).get(DOOR).headers
    assert "'wasm-unsafe-eval'" in headers["Content-Security-Policy"]
    assert headers["Permissions-Policy"].startswith("camera=(self)")
    other = Client(badges.app).get(DOOR).headers
    assert "wasm" not in other["Content-Security-Policy"]
    assert other["Permissions-Policy"].startswith("camera=()")


def test_the_list_is_preselected_by_the_clock_of_the_conference(badges: Runtime) -> None:
    phone = paired(badges)
    assert phone.get(f"{API}/door").json["preferred"] == str(CLOSED_DAY)
    hear(badges, conference_at("09:45", 26, version=3))
    assert phone.get(f"{API}/door").json["preferred"] == str(OPEN_DAY)
