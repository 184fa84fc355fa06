"""The API as programs use it: released slots for everybody, the draft for organisers."""

from sqlalchemy import select

from services.sessions.models import Slot
from shared.ids import new_id
from tests.sessions.conftest import SLUG, House


def first_slot(house: House) -> Slot:
    with house.database.read() as db:
        return db.scalars(select(Slot).order_by(Slot.starts_at)).first()  # type: ignore[return-value]


def test_the_api_moves_with_if_match_only(seeded: House) -> None:
    slot, organiser = first_slot(seeded), seeded.organiser()
    path = f"/sessions/api/v1/conferences/{SLUG}/slots/{slot.id}"
    later = {"starts_at": "2026-11-26T09:05:00+01:00", "ends_at": "2026-11-26T10:00:00+01:00"}
    assert seeded.visitor.patch(path, json=later).status_code == 401
    missing = organiser.patch(path, json=later)
    assert missing.status_code == 422 and "version" in missing.json["fields"]
    moved = organiser.patch(path, json=later, headers={"If-Match": '"1"'})
    assert moved.status_code == 200 and moved.headers["ETag"] == '"2"'
    stale = organiser.patch(path, json=later, headers={"If-Match": '"1"'})
    assert stale.status_code == 409 and stale.json["current"] == 2
    for body, field in (
        ({"starts_at": "2026-11-26T09:05:00"}, "starts_at"),
        ({"starts_at": "2026-11-26T12:00:00Z", "ends_at": "2026-11-26T11:00:00Z"}, "ends_at"),
        ({"starts_at": "9999-12-31T23:59:59Z"}, "starts_at"),
        ({"room_id": str(new_id())}, "room_id"),
        ({"nonsense": 1}, "nonsense"),
    ):
        answer = organiser.patch(path, json={**body, "version": 2})
        assert answer.status_code == 422 and field in answer.json["fields"], answer.json
    draft = organiser.get(f"/sessions/api/v1/conferences/{SLUG}/draft").json
    assert [change["kinds"] for change in draft["changes"]] == [["time", "duration"]]
    made = organiser.post(f"/sessions/api/v1/conferences/{SLUG}/releases", json={"name": "by API"})
    assert made.status_code == 201 and made.json["number"] == 2
    again = organiser.post(f"/sessions/api/v1/conferences/{SLUG}/releases", json={})
    assert again.status_code == 409 and again.json["code"] == "nothing_to_release"


def test_the_api_pages_through_all_slots_once(seeded: House) -> None:
    seen: list[str] = []
    after = ""
    while True:
        found = seeded.visitor.get(f"/sessions/api/v1/conferences/{SLUG}/slots?limit=10{after}").json
        seen += [slot["id"] for slot in found["items"]]
        if found["next"] is None:
            break
        after = f"&after={found['next']}"
    assert len(seen) == len(set(seen)) == 47
    for query in ("limit=0", "limit=201", "after=x", f"after={new_id()}"):
        assert seeded.visitor.get(f"/sessions/api/v1/conferences/{SLUG}/slots?{query}").status_code == 422
