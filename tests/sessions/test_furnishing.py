"""Rooms, tracks, days, repeated sessions and logos, as organisers arrange them."""

from io import BytesIO
from typing import Any

import icalendar
import pytest
from PIL import Image
from sqlalchemy import select

from services.sessions.models import Day, Room, Session, Slot, Track
from tests.sessions.conftest import SLUG, House

MANAGE = f"/sessions/manage/{SLUG}"


def one(house: House, model: Any, *where: Any) -> Any:
    with house.database.read() as db:
        return db.scalars(select(model).where(*where)).first()


def release(house: House, name: str) -> None:
    assert house.organiser().post(f"{MANAGE}/release", data={"name": name}).status_code == 303


def picture(kind: str = "PNG") -> BytesIO:
    stream = BytesIO()
    Image.new("RGB", (900, 300), "#00aa88").save(stream, kind)
    stream.seek(0)
    return stream


def test_a_renamed_room_keeps_its_guid_in_the_exports(seeded: House) -> None:
    room = one(seeded, Room, Room.name == "Linden")
    form = {"name": "Great Linden", "capacity": "200", "version": "1"}
    assert seeded.organiser().post(f"{MANAGE}/rooms/{room.id}", data=form).status_code == 303
    release(seeded, "rooms")
    text = seeded.visitor.get(f"/sessions/{SLUG}/schedule.xml").text
    assert f'<room name="Great Linden" guid="{room.id}">' in text
    taken = seeded.organiser().post(f"{MANAGE}/rooms/{room.id}", data={"name": "Aula", "version": "2"})
    assert taken.status_code == 422
    assert 'href="#name"' in taken.text


def test_rooms_and_tracks_have_names_of_their_own(seeded: House) -> None:
    organiser = seeded.organiser()
    assert organiser.post(f"{MANAGE}/rooms", data={"name": "Aula"}).status_code == 422
    assert organiser.post(f"{MANAGE}/rooms", data={"name": "Attic", "capacity": "x"}).status_code == 422
    assert organiser.post(f"{MANAGE}/tracks", data={"name": "Games", "color": "#123456"}).status_code == 303
    assert organiser.post(f"{MANAGE}/tracks", data={"name": "Games", "color": "#123456"}).status_code == 422
    assert organiser.post(f"{MANAGE}/tracks", data={"name": "Play", "color": "blue"}).status_code == 422
    assert one(seeded, Track, Track.name == "Games").color == "#123456"


def test_whoever_saves_a_room_or_track_second_sees_what_the_first_made_of_it(seeded: House) -> None:
    organiser = seeded.organiser()
    room = one(seeded, Room, Room.name == "Linden")
    track = one(seeded, Track)
    for path, first, second, now in (
        (f"rooms/{room.id}", {"name": "Oak", "capacity": "80"}, {"name": "Elm"}, "Oak, for 80 people"),
        (
            f"tracks/{track.id}",
            {"name": "Play", "color": "#123456"},
            {"name": "Plays", "color": "#654321"},
            "Play, #123456",
        ),
    ):
        page = organiser.get(f"{MANAGE}/{path}").text
        assert 'name="version" value="1"' in page
        assert organiser.post(f"{MANAGE}/{path}", data={**first, "version": "1"}).status_code == 303
        late = organiser.post(f"{MANAGE}/{path}", data={**second, "version": "1"})
        assert late.status_code == 409
        assert now in late.text and f'value="{second["name"]}"' in late.text
        assert 'name="version" value="2"' in late.text
        assert organiser.post(f"{MANAGE}/{path}", data={**second, "version": "2"}).status_code == 303


def test_rooms_stand_in_the_order_that_organisers_give_them(seeded: House) -> None:
    organiser = seeded.organiser()

    def names() -> list[str]:
        with seeded.database.read() as db:
            return list(db.scalars(select(Room.name).order_by(Room.position)))

    before = names()
    last = one(seeded, Room, Room.name == before[-1])
    for _ in before:  # one more than there are places to go
        answer = organiser.post(f"{MANAGE}/rooms/{last.id}/order", data={"towards": "start"})
        assert answer.status_code == 303
    assert names() == [before[-1], *before[:-1]]
    assert organiser.post(f"{MANAGE}/rooms/{last.id}/order", data={"towards": "end"}).status_code == 303
    assert names()[:2] == [before[0], before[-1]]
    assert organiser.post(f"{MANAGE}/rooms/{last.id}/order", data={"towards": "up"}).status_code == 422
    nowhere = f"{MANAGE}/rooms/{one(seeded, Track).id}/order"
    assert organiser.post(nowhere, data={"towards": "end"}).status_code == 404
    release(seeded, "in order")
    text = seeded.visitor.get(f"/sessions/{SLUG}/schedule.xml").text
    assert text.index(f'<room name="{before[0]}"') < text.index(f'<room name="{before[-1]}"')


def test_a_repeated_session_has_a_uid_for_every_slot(seeded: House) -> None:
    session = one(seeded, Session, Session.title == "Listening as a method")
    room = one(seeded, Room, Room.name == "Hazel")
    form = {"date": "2026-11-28", "time": "19:15", "minutes": "45", "room_id": str(room.id)}
    path = f"{MANAGE}/sessions/{session.id}/repeat"
    assert seeded.organiser().post(path, data={**form, "time": "x"}).status_code == 422
    assert seeded.organiser().post(path, data=form).status_code == 303
    release(seeded, "twice")
    calendar = icalendar.Calendar.from_ical(seeded.visitor.get(f"/sessions/{SLUG}/calendar.ics").data)
    events = [event for event in calendar.walk("VEVENT") if event["summary"] == "Listening as a method"]
    assert len({str(event["uid"]) for event in events}) == 2
    with seeded.database.read() as db:
        numbers = db.scalars(select(Slot.export_id)).all()
    assert len(set(numbers)) == len(numbers)
    page = seeded.visitor.get(f"/sessions/{SLUG}/talks/{events[0]['uid']}").text
    assert "Also at" in page and str(events[1]["uid"]) in page


def test_a_day_may_end_after_midnight_and_is_told_at_once(seeded: House) -> None:
    day, last = one(seeded, Day, Day.position == 1), seeded.last_event()
    form = {
        "title": "Long day",
        "date": "2026-11-26",
        "starts": "09:00",
        "ends": "02:00",
        "listed": "public",
        "attend": "public",
        "version": seeded.conference().version,
    }
    path = f"{MANAGE}/days/{day.id}"
    assert seeded.organiser().post(path, data=form).status_code == 303
    assert (one(seeded, Day, Day.id == day.id).ends_at - day.starts_at).total_seconds() == 17 * 3600
    assert [event.type for event in seeded.events(last)] == ["plenary.sessions.conference.stated.v1"]
    assert seeded.organiser().post(path, data=form).status_code == 409
    bad = {**form, "stream": "javascript:alert(1)", "version": seeded.conference().version}
    answer = seeded.organiser().post(path, data=bad)
    assert answer.status_code == 422 and 'href="#stream"' in answer.text
    bad = {**form, "starts": "09:00+05:00", "version": seeded.conference().version}
    answer = seeded.organiser().post(path, data=bad)
    assert answer.status_code == 422 and 'href="#starts"' in answer.text


@pytest.mark.parametrize(("kind", "status"), [("PNG", 303), ("JPEG", 303), ("GIF", 422)])
def test_a_logo_is_kept_re_encoded_and_shown(seeded: House, kind: str, status: int) -> None:
    conference = seeded.conference()
    form = {
        "name": conference.name,
        "accent": conference.accent,
        "state": "public",
        "version": str(conference.version),
        "logo": (picture(kind), "../../logo.php"),
    }
    answer = seeded.organiser().post(f"{MANAGE}/settings", data=form)
    assert answer.status_code == status
    if status == 422:
        assert 'href="#logo"' in answer.text
        assert seeded.conference().logo == ""
        return
    logo = seeded.conference().logo
    assert f'src="{logo}"' in seeded.visitor.get(f"/sessions/{SLUG}/").text
    shown = seeded.visitor.get(logo)
    assert shown.status_code == 200
    assert Image.open(BytesIO(shown.data)).width == 512


def test_the_picture_of_a_conference_is_shown_told_to_others_and_removed(seeded: House) -> None:
    def save(**more: Any) -> None:
        conference = seeded.conference()
        form = {"name": conference.name, "accent": conference.accent, "state": "public"}
        form |= {"version": str(conference.version), **more}
        assert seeded.organiser().post(f"{MANAGE}/settings", data=form).status_code == 303

    save(image=(picture("JPEG"), "hall.jpg"), logo=(picture(), "logo.png"))
    image = seeded.conference().image
    page = seeded.visitor.get(f"/sessions/{SLUG}/").text
    assert f'class="hero-picture" src="{image}"' in page
    assert 'property="og:image" content="http' in page and page.count(image) >= 2
    save()
    assert seeded.conference().image == image
    save(without_image="on")
    page = seeded.visitor.get(f"/sessions/{SLUG}/").text
    assert image not in page and seeded.conference().logo in page
