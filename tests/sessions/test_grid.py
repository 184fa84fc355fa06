"""The API behind the grid: the whole draft at once, what a place would break, sessions into places and out again."""

from typing import Any

from sqlalchemy import update

from services.sessions.models import Room, Session, Speaker
from shared.ids import new_id
from tests.sessions.conftest import SLUG, House
from tests.sessions.desk import one, post, put, set_rules, slot_named

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


TALK, OTHER = "Listening as a method", "Opening"


def supposed(house: House, slot: dict[str, Any], **place: str) -> list[dict[str, Any]]:
    """What the slot would break if it were moved there."""
    asked = {name: slot[name] for name in ("session_id", "room_id", "starts_at", "ends_at")}
    asked |= {"slot_id": slot["id"], **place}
    answer = house.organiser().get(f"{API}/draft/concerns", query_string=asked)
    assert answer.status_code == 200, answer.json
    return list(answer.json["concerns"])


def kinds(found: list[dict[str, Any]]) -> dict[str, str]:
    return {one["kind"]: one["severity"] for one in found}


def titled(found: dict[str, Any], title: str) -> dict[str, Any]:
    return next(slot for slot in found["slots"] if slot["title"] == title)


def place_of(slot: dict[str, Any]) -> dict[str, str]:
    return {name: slot[name] for name in ("room_id", "starts_at", "ends_at")}


def close(house: House, room_id: str, start: str = "2026-11-20T08:00", end: str = "2026-11-20T09:00") -> None:
    """The room can be had only then."""
    room = one(house, Room, Room.name == "Aula")
    assert str(room.id) == room_id
    span = {"available_from": start, "available_until": end} if start else {}
    post(house, f"/rooms/{room_id}", version=room.version, name=room.name, capacity=room.capacity, **span)


def test_a_slot_held_over_another_is_told_what_it_would_break_and_nothing_changes(seeded: House) -> None:
    found = grid(seeded)
    talk, other = titled(found, TALK), titled(found, OTHER)
    assert (found["concerns"], supposed(seeded, talk)) == ([], [])
    clash = supposed(seeded, talk, **place_of(other))
    assert kinds(clash) == {"room": "block"}
    assert set(clash[0]["slot_ids"]) == {talk["id"], other["id"]}
    assert TALK in clash[0]["text"] and OTHER in clash[0]["text"]
    set_rules(seeded, room="warn")
    assert kinds(supposed(seeded, talk, **place_of(other))) == {"room": "warn"}
    set_rules(seeded, room="ignore")
    assert supposed(seeded, talk, **place_of(other)) == []
    assert {**grid(seeded), "concerns": []} == found


def test_buffer_and_times_of_rooms_are_told_of_a_place_before_anything_is_moved_there(seeded: House) -> None:
    found = grid(seeded)
    talk, other = titled(found, TALK), titled(found, OTHER)
    after = place_of(other) | {
        "starts_at": other["starts_at"].replace("T09:0", "T08:1"),
        "ends_at": other["starts_at"].replace("T09:0", "T08:5"),
    }
    assert "buffer" not in kinds(supposed(seeded, talk, **after))
    set_rules(seeded, buffer_minutes=15, buffer="block", room="ignore", day="ignore")
    near = supposed(seeded, talk, **after)
    assert kinds(near) == {"buffer": "block"} and "only 10 minutes" in near[0]["text"]
    close(seeded, other["room_id"])
    assert kinds(supposed(seeded, talk, **after)) == {"buffer": "block", "room_closed": "warn"}
    assert kinds(grid(seeded)["concerns"])["room_closed"] == "warn"
    close(seeded, other["room_id"], start="")
    assert kinds(supposed(seeded, talk, **after)) == {"buffer": "block"}


def test_one_slot_alone_is_told_exactly_what_the_whole_draft_says_of_it(seeded: House) -> None:
    opening = slot_named(seeded, OTHER)
    there = {name: getattr(opening, name) for name in ("room_id", "day_id", "starts_at", "ends_at")}
    put(seeded, TALK, **there)
    set_rules(seeded, buffer_minutes=45)
    close(seeded, str(opening.room_id))
    with seeded.database.write() as db:
        db.execute(update(Speaker).values(confirmed_at=None))
        db.execute(update(Session).values(expected=5000))
    found = grid(seeded)
    assert {"room", "buffer", "room_closed", "unconfirmed", "too_small"} <= kinds(found["concerns"]).keys()
    for slot in found["slots"]:
        whole = [concern for concern in found["concerns"] if slot["id"] in concern["slot_ids"]]
        assert by_text(supposed(seeded, slot)) == by_text(whole)


def by_text(found: list[dict[str, Any]]) -> list[tuple[str, str, list[str]]]:
    return sorted((one["text"], one["severity"], sorted(one["slot_ids"])) for one in found)


def test_what_is_cancelled_breaks_nothing_and_what_is_new_has_no_id_yet(seeded: House) -> None:
    talk, other = (titled(grid(seeded), title) for title in (TALK, OTHER))
    new = {"session_id": talk["session_id"], **place_of(other)}
    answer = seeded.organiser().get(f"{API}/draft/concerns", query_string=new)
    room = next(one for one in answer.json["concerns"] if one["kind"] == "room")
    assert set(room["slot_ids"]) == {"00000000-0000-0000-0000-000000000000", other["id"]}
    put(seeded, TALK, cancelled=True)
    assert supposed(seeded, talk, **place_of(other)) == []
    assert supposed(seeded, other, **place_of(talk)) == []


def test_a_question_that_cannot_be_asked_is_refused_naming_the_field(seeded: House) -> None:
    organiser, talk = seeded.organiser(), titled(grid(seeded), TALK)
    right = {"session_id": talk["session_id"], "slot_id": talk["id"], **place_of(talk)}
    for change, field in (
        ({"room_id": str(new_id())}, "room_id"),
        ({"room_id": "Aula"}, "room_id"),
        ({"slot_id": "x\x00"}, "slot_id"),
        ({"ends_at": talk["starts_at"]}, "ends_at"),
        ({"starts_at": "2026-11-26T09:00:00"}, "starts_at"),
        ({"ends_at": "2027-11-26T10:00:00Z"}, "starts_at"),
    ):
        answer = organiser.get(f"{API}/draft/concerns", query_string={**right, **change})
        assert answer.status_code == 422 and field in answer.json["fields"], answer.json
    other = titled(grid(seeded), OTHER)
    for unknown in ({"session_id": str(new_id())}, {"slot_id": str(new_id())}, {"slot_id": other["id"]}):
        answer = organiser.get(f"{API}/draft/concerns", query_string={**right, **unknown})
        assert answer.status_code == 404
    assert seeded.visitor.get(f"{API}/draft/concerns", query_string=right).status_code == 401
