"""The API behind the grid: the whole draft at once, sessions into places and out again."""

from typing import Any

from shared.ids import new_id
from tests.sessions.conftest import SLUG, House

API = f"/sessions/api/v1/conferences/{SLUG}"


def grid(house: House) -> dict[str, Any]:
    return dict(house.organiser().get(f"{API}/draft/grid").json)


def place(day: dict[str, Any], room: dict[str, Any], **more: str) -> dict[str, str]:
    return {
        "room_id": room["id"],
        "starts_at": day["starts_at"],
        "ends_at": day["starts_at"].replace(":00:", ":45:", 1),
        **more,
    }


def test_the_grid_is_read_whole_and_not_again_while_it_holds(seeded: House) -> None:
    organiser = seeded.organiser()
    first = organiser.get(f"{API}/draft/grid")
    found = first.json
    assert (len(found["days"]), len(found["rooms"]), found["unplaced"]) == (3, 4, [])
    assert {"id", "version", "room_id", "starts_at", "speakers", "color"} <= found["slots"][0].keys()
    same = {"If-None-Match": first.headers["ETag"]}
    assert organiser.get(f"{API}/draft/grid", headers=same).status_code == 304
    slot = found["slots"][0]
    later = {"ends_at": slot["ends_at"].replace(":00:00", ":01:00")}
    moved = organiser.patch(f"{API}/slots/{slot['id']}", json=later, headers={"If-Match": '"1"'})
    assert moved.status_code == 200
    assert organiser.get(f"{API}/draft/grid", headers=same).status_code == 200
    assert seeded.visitor.get(f"{API}/draft/grid").status_code == 401


def test_a_session_gets_a_place_and_loses_it_only_while_nobody_knows_it(seeded: House) -> None:
    organiser, found = seeded.organiser(), grid(seeded)
    wanted = place(found["days"][0], found["rooms"][1], session_id=found["slots"][0]["session_id"])
    made = organiser.post(f"{API}/slots", json=wanted)
    assert made.status_code == 201 and made.headers["ETag"] == '"1"'
    path = f"{API}/slots/{made.json['id']}"
    assert organiser.delete(path).status_code == 422
    assert organiser.delete(path, headers={"If-Match": '"2"'}).status_code == 409
    assert organiser.delete(path, headers={"If-Match": '"1"'}).status_code == 204
    assert organiser.delete(path, headers={"If-Match": '"1"'}).status_code == 404
    public = organiser.delete(f"{API}/slots/{found['slots'][0]['id']}", headers={"If-Match": '"1"'})
    assert (public.status_code, public.json["code"]) == (409, "was_public")
    assert grid(seeded) == found


def test_a_wrong_place_is_refused_naming_the_field(seeded: House) -> None:
    organiser, found = seeded.organiser(), grid(seeded)
    right = place(found["days"][0], found["rooms"][1], session_id=found["slots"][0]["session_id"])
    for change, field in (
        ({"session_id": str(new_id())}, "session_id"),
        ({"room_id": str(new_id())}, "room_id"),
        ({"ends_at": right["starts_at"]}, "ends_at"),
        ({"starts_at": "2026-11-26T09:00:00"}, "starts_at"),
        ({"starts_at": "2027-11-26T09:00:00Z", "ends_at": "2027-11-26T10:00:00Z"}, "starts_at"),
        ({"ends_at": None}, "ends_at"),
    ):
        answer = organiser.post(f"{API}/slots", json={**right, **change})
        assert answer.status_code == 422 and field in answer.json["fields"], answer.json
    assert grid(seeded) == found
