"""Screens at doors and in the foyer: now and next of what is public, and a word when something is new."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from services.sessions.models import Conference, ReleasedSlot, Room, Session
from services.sessions.usecases import rehearsing, releasing
from shared.clock import now
from shared.ids import new_id
from tests.sessions.conftest import SLUG, House
from tests.sessions.test_releasing import move, release, slot_named

FOYER = f"/sessions/{SLUG}/screen/"


def door_of(house: House, title: str) -> str:
    return f"{FOYER}{slot_named(house, title).room_id}"


def set_clock(house: House, at: str) -> None:
    with house.database.write() as db:
        row = db.scalars(select(Conference).where(Conference.slug == SLUG)).one()
        rehearsing.set_clock(db, row, at=at, now=now())


def titles(page: str) -> list[str]:
    return re.findall(r'<h3 dir="auto">(.*?)</h3>', page)


def test_a_door_shows_what_is_on_in_its_room_and_what_comes(seeded: House) -> None:
    set_clock(seeded, "day 2 10:30")
    page = seeded.visitor.get(door_of(seeded, "Kitchen science over video"))
    assert page.status_code == 200 and "no-cache" in page.headers["Cache-Control"]
    assert titles(page.text)[0] == "Kitchen science over video"
    with seeded.database.read() as db:
        room = slot_named(seeded, "Kitchen science over video").room_id
        slots = {
            slot.body["title"]
            for slot in db.scalars(select(ReleasedSlot).where(ReleasedSlot.room_id == room))
        }
    assert set(titles(page.text)) <= slots and len(titles(page.text)) == 3
    assert "10:30" in page.text


def test_the_foyer_shows_all_rooms_in_turns(seeded: House) -> None:
    set_clock(seeded, "day 2 13:30")
    first = seeded.visitor.get(FOYER).text
    assert "1 / 2" in first and "page=2" in first
    second = seeded.visitor.get(f"{FOYER}?page=2").text
    assert "page=1" in second
    shown = {*titles(first), *titles(second)}
    assert {"Credits, rooms and goodwill", "One drawer is a museum"} <= shown


def test_after_the_last_session_a_screen_says_so(seeded: House) -> None:
    set_clock(seeded, "day 3 23:00")
    assert "Nothing more today" in seeded.visitor.get(FOYER).text
    assert "Nothing more today" in seeded.visitor.get(door_of(seeded, "Opening")).text


def test_the_state_changes_with_a_release_with_time_and_with_nothing_else(seeded: House) -> None:
    state = f"{door_of(seeded, 'Opening')}/state.json"
    first = seeded.visitor.get(state)
    tag = first.headers["ETag"]
    assert f"data-tag={tag}" in seeded.visitor.get(door_of(seeded, "Opening")).text
    assert seeded.visitor.get(state, headers={"If-None-Match": tag}).status_code == 304
    move(seeded, "Opening", starts_at=slot_named(seeded, "Opening").starts_at + timedelta(minutes=5))
    assert seeded.visitor.get(state, headers={"If-None-Match": tag}).status_code == 304
    release(seeded)
    moved = seeded.visitor.get(state, headers={"If-None-Match": tag})
    assert moved.status_code == 200
    set_clock(seeded, "day 1 10:10")
    assert seeded.visitor.get(state, headers={"If-None-Match": moved.headers["ETag"]}).status_code == 200


def test_a_cancelled_session_is_shown_as_cancelled(seeded: House) -> None:
    move(seeded, "Opening", cancelled=True)
    release(seeded)
    page = seeded.visitor.get(door_of(seeded, "Opening")).text
    assert "Opening" in titles(page) and "Cancelled" in page


def test_what_is_not_public_is_on_no_screen_even_for_organisers(seeded: House) -> None:
    slot = slot_named(seeded, "Opening")
    with seeded.database.write() as db:
        db.get_one(Session, slot.session_id).listed = "registered"
    release(seeded)
    for path in (FOYER, door_of(seeded, "Opening")):
        assert "Opening" not in titles(seeded.organiser().get(path).text)
        assert str(slot.id) not in seeded.organiser().get(path.rstrip("/") + "/state.json").text


@pytest.mark.parametrize("query", ["?theme=dark", "?theme=light"])
def test_a_screen_is_lit_as_its_address_says(seeded: House, query: str) -> None:
    assert f'data-theme="{query.partition("=")[2]}"' in seeded.visitor.get(FOYER + query).text


@pytest.mark.parametrize("query", ["?theme=pink", "?page=0", "?page=x"])
def test_a_screen_refuses_what_it_cannot_show(seeded: House, query: str) -> None:
    assert seeded.visitor.get(FOYER + query).status_code == 422


def test_unknown_rooms_and_drafts_have_no_screen(seeded: House) -> None:
    for room in (new_id(), UUID(int=0), "nonsense"):
        assert seeded.visitor.get(f"{FOYER}{room}").status_code == 404
    door = door_of(seeded, "Opening")
    with seeded.database.write() as db:
        db.merge(seeded.conference()).state = "draft"
    for path in (FOYER, door, f"{FOYER}state.json", f"{door}/state.json"):
        assert seeded.visitor.get(path).status_code == 404


def test_a_room_that_a_release_drops_says_so_at_its_door_and_comes_back_with_it(seeded: House) -> None:
    set_clock(seeded, "day 2 10:30")
    door = door_of(seeded, "Kitchen science over video")
    room_id = slot_named(seeded, "Kitchen science over video").room_id
    organiser, manage = seeded.organiser(), f"/sessions/manage/{SLUG}"
    with seeded.database.read() as db:
        other = db.scalars(select(Room.id).where(Room.id != room_id).order_by(Room.position)).first()
    before = seeded.visitor.get(f"{door}/state.json").headers["ETag"]
    gone = organiser.post(f"{manage}/rooms/{room_id}/remove", data={"move_to": str(other)})
    assert gone.status_code == 303
    with seeded.database.write() as db:
        releasing.release_programme(db, slug=SLUG, heed_rules=False, now=now())
    page = seeded.visitor.get(door)
    assert page.status_code == 200 and "This room is no longer in the programme" in page.text
    assert titles(page.text) == []
    assert seeded.visitor.get(f"{door}/state.json").headers["ETag"] != before
    assert organiser.post(f"{manage}/releases/1").status_code == 303
    assert titles(seeded.visitor.get(door).text)[0] == "Kitchen science over video"
    assert seeded.visitor.get(f"{FOYER}{new_id()}").status_code == 404
