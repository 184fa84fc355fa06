"""The draft is held against the rules of its conference, and a rule may stop a release but never a draft."""

from datetime import timedelta

import pytest

from services.sessions.models import Room, Session, Speaker
from tests.sessions.conftest import SLUG, House
from tests.sessions.desk import MANAGE, one, post, put, set_rules, slot_named

TALK = "Listening as a method"
MINUTE = timedelta(minutes=1)


def overview(house: House) -> str:
    return house.organiser().get(f"{MANAGE}/").text


def test_the_demonstration_breaks_no_rule(seeded: House) -> None:
    assert "Please look at this first" not in overview(seeded)


def test_a_room_booked_twice_can_be_drafted_and_not_released(seeded: House) -> None:
    opening, slot = slot_named(seeded, "Opening"), slot_named(seeded, TALK)
    place = {"date": "2026-11-26", "time": "09:00", "minutes": "30", "version": slot.version}
    put(seeded, "Opening", starts_at=opening.starts_at)
    start = opening.starts_at + timedelta(hours=1)
    place["time"] = f"{start:%H:%M}"
    post(seeded, f"/slots/{slot.id}", **place, room_id=str(opening.room_id))
    for path in ("/", f"/slots/{slot.id}", f"/sessions/{slot.session_id}", "/release"):
        page = seeded.organiser().get(MANAGE + path).text
        assert "is booked twice at the same time" in page and TALK in page
    refused = post(seeded, "/release", status=409, name="2")
    assert "do not let this pass" in refused.text
    api = seeded.organiser().post(f"/sessions/api/v1/conferences/{SLUG}/releases", json={"name": "2"})
    assert (api.status_code, api.get_json()["code"]) == (409, "release_blocked")
    block = api.get_json()["blocks"][0]
    assert (block["rule"], set(block["slot_ids"])) == ("room", {str(slot.id), str(opening.id)})
    set_rules(seeded, room="warn")
    post(seeded, "/release", name="2")


def test_every_rule_is_chosen_per_conference_and_nobody_is_overwritten(seeded: House) -> None:
    opening = slot_named(seeded, "Opening")
    put(seeded, TALK, starts_at=opening.starts_at, ends_at=opening.ends_at, room_id=opening.room_id)
    version = seeded.conference().rules_version
    set_rules(seeded, room="ignore", buffer_minutes=15)
    assert "is booked twice at the same time" not in overview(seeded)
    assert "has only" in overview(seeded)
    form = {"room": "block", "buffer_minutes": 5, "version": version}
    form |= dict.fromkeys(
        ["speaker", "day", "buffer", "room_closed", "speaker_away", "too_small", "unconfirmed", "no_speaker"],
        "warn",
    )
    stale = post(seeded, "/rules", status=409, **form)
    assert "15 minutes between sessions" in stale.text
    for wrong, field in (({"room": "maybe"}, "room"), ({"buffer_minutes": "-1"}, "buffer_minutes")):
        answer = post(seeded, "/rules", status=422, **{**form, **wrong, "version": version + 1})
        assert f'href="#{field}"' in answer.text


def test_times_given_later_flag_what_is_placed_already(seeded: House) -> None:
    slot = slot_named(seeded, TALK)
    room = one(seeded, Room, Room.id == slot.room_id)
    before = {"available_from": ["2026-11-26T08:00", ""], "available_until": ["2026-11-26T09:00", ""]}
    post(seeded, f"/rooms/{room.id}", version=1, name=room.name, capacity=room.capacity, **before)
    assert f"{room.name} cannot be had at the time of “{TALK}”" in overview(seeded)
    page = seeded.organiser().get(f"{MANAGE}/rooms/{room.id}").text
    assert 'value="2026-11-26T08:00"' in page
    post(seeded, f"/rooms/{room.id}", version=2, name=room.name, capacity=room.capacity)
    assert "cannot be had" not in overview(seeded)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-26T09:00", ""),
        ("2026-11-26T09:00", "2026-11-26T08:00"),
        ("soon", "2026-11-26T08:00"),
        ("0001-01-01T00:00", "2026-11-26T08:00"),
        ("2026-11-26T09:00+05:00", "2026-11-26T10:00"),
        ("2026-03-29T02:30", "2026-03-29T10:00"),
        ("20261126\x00", "2026-11-26T10:00"),
    ],
)
def test_times_that_cannot_be_read_are_refused(seeded: House, start: str, end: str) -> None:
    room = one(seeded, Room)
    post(
        seeded,
        f"/rooms/{room.id}",
        version=1,
        status=422,
        name=room.name,
        available_from=start,
        available_until=end,
    )


def test_a_speaker_has_times_and_confirms_and_two_editors_do_not_overwrite(seeded: House) -> None:
    person = one(seeded, Speaker)
    form = {"name": person.name, "version": person.version, "affiliation": "Somewhere"}
    away = {"available_from": "2026-11-20T08:00", "available_until": "2026-11-20T09:00"}
    post(seeded, f"/speakers/{person.id}", **form, **away)
    page = overview(seeded)
    assert f"{person.name} has not confirmed yet" in page
    assert f"{person.name} cannot be had at the time of" in page
    late = post(seeded, f"/speakers/{person.id}", status=409, **form)
    assert "Somebody else saved this meanwhile" in late.text
    post(seeded, f"/speakers/{person.id}", **{**form, "version": person.version + 1}, confirmed="true")
    assert person.name + " has not confirmed" not in overview(seeded)


def test_a_room_too_small_and_a_session_without_speaker_are_pointed_out(seeded: House) -> None:
    slot = slot_named(seeded, TALK)
    form = {"title": TALK, "kind": "talk", "state": "confirmed", "version": 1, "expected": "900"}
    post(seeded, f"/sessions/{slot.session_id}", **form)
    page = overview(seeded)
    assert "900" in page and f"“{TALK}” has no speaker" in page
    assert one(seeded, Session, Session.title == TALK).expected == 900
    assert "900" not in seeded.visitor.get(f"/sessions/{SLUG}/talks/{slot.id}").text


def test_a_blocker_blocks_and_is_in_no_public_output(seeded: House) -> None:
    slot = slot_named(seeded, TALK)
    new = {"title": "Sound check", "kind": "blocker", "state": "confirmed", "minutes": "30"}
    place = {"date": "2026-11-28", "time": "09:00", "room_id": str(slot.room_id)}
    post(seeded, "/sessions/new", **new, **place)
    put(seeded, TALK, cancelled=True)
    set_rules(seeded, room="warn")
    post(seeded, "/release", name="with blocker")
    for path in ("?day=", "calendar.ics", "schedule.xml", "schedule.json", "speakers/"):
        assert "Sound check" not in seeded.visitor.get(f"/sessions/{SLUG}/{path}").text
    api = seeded.visitor.get(f"/sessions/api/v1/conferences/{SLUG}/slots?limit=200").text
    assert "Sound check" not in api
    own = slot_named(seeded, "Sound check")
    put(seeded, "Sound check", starts_at=slot.starts_at, ends_at=slot.ends_at)
    put(seeded, TALK, cancelled=False)
    assert f"/slots/{own.id}" in overview(seeded) and "is booked twice at the same time" in overview(seeded)
