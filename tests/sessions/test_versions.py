"""Old releases stay readable, going back makes a new one, and what is in use is not taken away."""

from datetime import timedelta
from typing import Any

from services.sessions.models import ReleasedSlot, Room, Session, SessionSpeaker, Slot, Speaker, Track
from services.sessions.rules import changes
from tests.sessions.conftest import SLUG, House
from tests.sessions.desk import MANAGE, one, post, put, slot_named
from tests.sessions.test_sessions_rules import make_body

TALK = "Listening as a method"


def current(house: House, slot: Slot) -> ReleasedSlot:
    found: ReleasedSlot = one(
        house, ReleasedSlot, ReleasedSlot.slot_id == slot.id, ReleasedSlot.holds_until.is_(None)
    )
    return found


def rename(house: House, slot: Slot, title: str) -> None:
    with house.database.write() as db:
        db.get_one(Session, slot.session_id).title = title


def test_going_back_is_a_new_release_with_a_rising_sequence_and_leaves_the_draft(seeded: House) -> None:
    slot, agenda = slot_named(seeded, TALK), f"/sessions/{SLUG}/?day="
    put(seeded, TALK, ends_at=slot.ends_at - timedelta(minutes=5))
    rename(seeded, slot, "A second title")
    post(seeded, "/release", name="two")
    page = seeded.organiser().get(f"{MANAGE}/releases/1").text
    assert TALK in page and "A second title" in page and "Make this public again" in page
    last = seeded.last_event()
    post(seeded, "/releases/1", name="back")
    after = current(seeded, slot)
    assert (seeded.conference().release_number, after.sequence, after.body["title"]) == (3, 2, TALK)
    assert after.ends_at == slot.ends_at
    assert [event.type.split(".")[2] for event in seeded.events(last)] == ["slot", "programme"]
    assert TALK in seeded.visitor.get(agenda).text
    assert one(seeded, Session, Session.id == slot.session_id).title == "A second title"
    answer = post(seeded, "/releases/1", status=409, name="again")
    assert "says exactly what that release said" in answer.text
    assert seeded.organiser().get(f"{MANAGE}/releases/9").status_code == 404
    assert seeded.organiser().get(f"{MANAGE}/releases/{'9' * 30}").status_code == 404


def test_a_slot_that_came_later_stays_as_cancelled_when_going_back(seeded: House) -> None:
    slot = slot_named(seeded, TALK)
    place = {"date": "2026-11-28", "time": "19:00", "minutes": "30", "room_id": str(slot.room_id)}
    post(seeded, "/sessions/new", title="Late addition", kind="talk", speakers="Nobody Before", **place)
    post(seeded, "/release", name="two")
    post(seeded, "/releases/1", name="back")
    added = current(seeded, slot_named(seeded, "Late addition"))
    assert (added.cancelled, added.sequence) == (True, 1)
    assert "Late addition" in seeded.visitor.get(f"/sessions/{SLUG}/calendar.ics").text
    post(seeded, "/releases/2", name="forward")
    assert not current(seeded, slot_named(seeded, "Late addition")).cancelled


def test_the_diff_names_every_field_and_says_when_it_is_only_the_room(seeded: House) -> None:
    assert changes.compare_slots(make_body(), make_body(language="fr")) == ("language",)  # type: ignore[arg-type]
    other = one(seeded, Room, Room.name == "Linden")
    put(seeded, "Opening", room_id=other.id)
    page = seeded.organiser().get(f"{MANAGE}/release").text
    assert "only the room" in page
    with seeded.database.write() as db:
        person = db.get_one(Speaker, one(seeded, Speaker).id)
        person.biography = "Something new"
    assert f"<bdi>{person.name}</bdi>" in seeded.organiser().get(f"{MANAGE}/release").text


def removed(house: House, noun: str, row: Any, status: int = 303, **form: str) -> str:
    return str(post(house, f"/{noun}/{row.id}/remove", status=status, **form).text)


def test_a_room_in_use_stays_or_its_slots_move(seeded: House) -> None:
    slot = slot_named(seeded, TALK)
    room = one(seeded, Room, Room.id == slot.room_id)
    other = one(seeded, Room, Room.name == "Linden" if room.name != "Linden" else Room.name == "Hazel")
    assert "cannot be removed" in removed(seeded, "rooms", room, 409)
    assert "cannot be removed" not in removed(seeded, "rooms", room, 422, move_to=str(room.id))
    removed(seeded, "rooms", room, move_to=str(other.id))
    assert slot_named(seeded, TALK).room_id == other.id
    assert room.name in seeded.organiser().get(f"{MANAGE}/releases/1").text
    removed(seeded, "rooms", room, 404)


def test_a_track_and_a_speaker_in_use_stay_or_are_replaced(seeded: House) -> None:
    session = one(seeded, Session, Session.track_id.is_not(None))
    track = one(seeded, Track, Track.id == session.track_id)
    other = one(seeded, Track, Track.id != track.id)
    assert "cannot be removed" in removed(seeded, "tracks", track, 409)
    removed(seeded, "tracks", track, move_to=str(other.id))
    assert one(seeded, Session, Session.id == session.id).track_id == other.id
    post(seeded, f"/tracks/{other.id}", version=1, name="Renamed", color="#123456")
    assert "Renamed" in seeded.organiser().get(f"{MANAGE}/tracks").text
    speaking = one(seeded, SessionSpeaker)
    person = one(seeded, Speaker, Speaker.id == speaking.speaker_id)
    double = one(seeded, Speaker, Speaker.id != person.id)
    assert "cannot be removed" in removed(seeded, "speakers", person, 409)
    removed(seeded, "speakers", person, move_to=str(double.id))
    assert one(seeded, SessionSpeaker, SessionSpeaker.speaker_id == person.id) is None
    instead = (SessionSpeaker.session_id == speaking.session_id, SessionSpeaker.speaker_id == double.id)
    assert one(seeded, SessionSpeaker, *instead) is not None
