"""What organisers do on pages, programs do by the API: plans, rules, older releases, late rooms."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.sessions.rules.concerns import DEFAULTS
from tests.sessions.conftest import SLUG, House
from tests.sessions.desk import put, slot_named
from tests.sessions.test_planned_releases import fire
from tests.sessions.test_running_late import aula, public

API = f"/sessions/api/v1/conferences/{SLUG}"
OPENING = "Opening"


def test_an_older_release_is_made_public_again(seeded: House) -> None:
    organiser = seeded.organiser()
    put(seeded, OPENING, cancelled=True)
    assert organiser.post(f"{API}/releases", json={"name": "Without it"}).status_code == 201
    again = organiser.post(f"{API}/releases/1/again", json={"comment": "After all"})
    assert (again.status_code, again.json["number"]) == (201, 3)
    assert not public(seeded, OPENING).cancelled
    assert slot_named(seeded, OPENING).cancelled
    told = seeded.visitor.get(f"{API}/releases").json
    assert [one["number"] for one in told] == [3, 2, 1]
    assert organiser.post(f"{API}/releases/3/again", json={}).status_code == 409
    assert organiser.post(f"{API}/releases/9/again", json={}).status_code == 404


def test_a_release_is_planned_replaced_and_called_off(seeded: House) -> None:
    organiser = seeded.organiser()
    assert organiser.get(f"{API}/draft/plan").status_code == 404
    for at in ("2026-11-26T11:00:00Z", "2026-11-26T12:00:00+01:00"):
        planned = organiser.put(f"{API}/draft/plan", json={"at": at, "name": "Noon", "notify": False})
        assert planned.status_code == 200, planned.text
    assert organiser.get(f"{API}/draft/plan").json == {
        "name": "Noon",
        "comment": "",
        "due_at": "2026-11-26T11:00:00+00:00",
        "notify": False,
        "refusal": "",
    }
    assert organiser.delete(f"{API}/draft/plan").status_code == 204
    assert organiser.get(f"{API}/draft/plan").status_code == 404
    put(seeded, OPENING, cancelled=True)
    assert organiser.put(f"{API}/draft/plan", json={"at": "2026-11-26T12:00:00+01:00"}).status_code == 200
    assert fire(seeded) == 1
    assert public(seeded, OPENING).cancelled


@pytest.mark.parametrize("at", [None, "noon", "2026-11-26T12:00:00", "2020-01-01T12:00:00Z"])
def test_a_plan_without_a_time_to_come_names_the_field(seeded: House, at: str | None) -> None:
    answer = seeded.organiser().put(f"{API}/draft/plan", json={"at": at} if at else {})
    assert answer.status_code == 422 and "at" in answer.json["fields"], answer.text


def test_rules_are_chosen_by_version(seeded: House) -> None:
    organiser = seeded.organiser()
    told = organiser.get(f"{API}/draft/rules")
    assert told.json == {"severities": DEFAULTS, "buffer_minutes": 0, "version": 1}
    wanted = {**DEFAULTS, "room": "ignore", "buffer_minutes": 5}
    assert organiser.put(f"{API}/draft/rules", json=wanted).status_code == 422
    changed = organiser.put(f"{API}/draft/rules", json=wanted, headers={"If-Match": told.headers["ETag"]})
    assert changed.status_code == 200 and changed.json["severities"]["room"] == "ignore"
    assert changed.headers["ETag"] == '"2"'
    late = organiser.put(f"{API}/draft/rules", json={**wanted, "version": 1})
    assert late.status_code == 409
    refused = organiser.put(f"{API}/draft/rules", json={**wanted, "room": "maybe", "version": 2})
    assert refused.status_code == 422 and "room" in refused.json["fields"]


def shift(house: House, **changes: Any) -> dict[str, Any]:
    since = "2026-11-26T09:00:00+00:00"
    return {"room_id": aula(house), "since": since, "minutes": 15, **changes}


def test_a_late_room_is_previewed_released_and_undone(seeded: House) -> None:
    organiser = seeded.organiser()
    before = public(seeded, OPENING)
    preview = organiser.get(f"{API}/delays/preview", query_string=shift(seeded))
    assert preview.status_code == 200, preview.text
    assert {"slot_id": str(before.slot_id), "title": OPENING, "kinds": ["time"]} in preview.json["changes"]
    assert preview.json["concerns"]
    assert public(seeded, OPENING).revision == before.revision
    assert organiser.post(f"{API}/delays", json=shift(seeded, seen="other")).status_code == 409
    made = organiser.post(f"{API}/delays", json=shift(seeded, seen=preview.json["seen"]))
    assert made.status_code == 201, made.text
    assert public(seeded, OPENING).starts_at - before.starts_at == timedelta(minutes=15)
    assert organiser.delete(f"{API}/delays/{made.json['id']}").status_code == 204
    assert public(seeded, OPENING).starts_at == before.starts_at
    assert [one["undone"] for one in organiser.get(f"{API}/delays").json] == [True]
    assert organiser.delete(f"{API}/delays/{made.json['id']}").status_code == 409
    assert organiser.delete(f"{API}/delays/{uuid4()}").status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"minutes": 0}, "minutes"), ({"since": "ten"}, "since"), ({"room_id": str(uuid4())}, "room_id")],
)
def test_a_shift_that_cannot_be_names_its_field(seeded: House, changes: dict[str, Any], field: str) -> None:
    answer = seeded.organiser().get(f"{API}/delays/preview", query_string=shift(seeded, **changes))
    assert answer.status_code == 422 and field in answer.json["fields"], answer.text
