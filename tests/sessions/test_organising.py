"""Organisers change the draft, and everything that must not get through does not."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from services.sessions.handlers import HANDLERS
from services.sessions.models import Conference, Entitlement, Room, Session, Slot
from services.sessions.usecases import set_clock
from shared.clock import conference_now, now, to_local
from shared.contracts.registration import AttendeeEntitled, AttendeeErased
from shared.ids import new_id
from tests.sessions.conftest import SLUG, House

MANAGE = f"/sessions/manage/{SLUG}"


def first_slot(house: House) -> Slot:
    with house.database.read() as db:
        return db.scalars(select(Slot).order_by(Slot.starts_at)).first()  # type: ignore[return-value]


def place(slot: Slot, **changes: Any) -> dict[str, Any]:
    form = {
        "date": "2026-11-26",
        "time": "09:10",
        "minutes": "30",
        "room_id": str(slot.room_id),
        "version": slot.version,
    }
    return {**form, **changes}


@pytest.mark.parametrize("path", ["/", "/release", "/settings", "/rooms", "/speakers/", "/sessions/new"])
def test_organiser_pages_are_closed_to_others(seeded: House, path: str) -> None:
    assert seeded.visitor.get(MANAGE + path).status_code == 303
    # A participant may also organise, so registration is asked for the other token; nothing is shown.
    assert seeded.participant(new_id()).get(MANAGE + path).status_code == 303
    assert seeded.participant(new_id()).post(MANAGE + path, data={}).status_code in (404, 405)
    assert seeded.organiser("another").post(MANAGE + path, data={}).status_code in (404, 405)
    assert seeded.visitor.post(MANAGE + path, data={}).status_code in (401, 404, 405)
    assert seeded.organiser().get(MANAGE + path).status_code == 200


def test_a_slot_moves_in_local_time(seeded: House) -> None:
    slot = first_slot(seeded)
    answer = seeded.organiser().post(f"{MANAGE}/slots/{slot.id}", data=place(slot))
    assert answer.status_code == 303
    moved = first_slot(seeded)
    assert f"{to_local(moved.starts_at, 'Europe/Brussels'):%H:%M}" == "09:10"
    assert (moved.ends_at - moved.starts_at).seconds == 1800
    assert moved.version == slot.version + 1


def test_the_loser_of_two_edits_sees_what_is_there_now(seeded: House) -> None:
    slot, organiser = first_slot(seeded), seeded.organiser()
    assert organiser.post(f"{MANAGE}/slots/{slot.id}", data=place(slot)).status_code == 303
    late = organiser.post(f"{MANAGE}/slots/{slot.id}", data=place(slot, time="11:00"))
    assert late.status_code == 409
    assert "09:10" in late.text and 'value="11:00"' in late.text
    assert f"{to_local(first_slot(seeded).starts_at, 'Europe/Brussels'):%H:%M}" == "09:10"
    again = organiser.post(
        f"{MANAGE}/slots/{slot.id}", data=place(slot, time="11:00", version=slot.version + 1)
    )
    assert again.status_code == 303


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"minutes": "0"}, "minutes"),
        ({"minutes": "-5"}, "minutes"),
        ({"minutes": "1e9"}, "minutes"),
        ({"minutes": ""}, "minutes"),
        ({"minutes": "9" * 400}, "minutes"),
        ({"date": "2026-13-01"}, "date"),
        ({"date": "0001-01-01"}, "date"),
        ({"date": "9999-12-31"}, "date"),
        ({"date": "2027-11-26"}, "date"),
        ({"date": "\x00"}, "date"),
        ({"time": "25:00"}, "time"),
        ({"time": "09:00+05:00"}, "time"),
        ({"room_id": str(new_id())}, "room_id"),
        ({"room_id": "x" * 1_000_000}, "room_id"),
        ({"version": "x"}, "version"),
        ({"offset": "+25:00"}, "offset"),
    ],
)
def test_a_place_that_does_not_work_is_refused_at_its_field(
    seeded: House, changes: dict[str, str], field: str
) -> None:
    slot = first_slot(seeded)
    answer = seeded.organiser().post(f"{MANAGE}/slots/{slot.id}", data=place(slot, **changes))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert first_slot(seeded).version == slot.version


def test_a_time_that_does_not_exist_is_refused_with_its_neighbours(seeded: House) -> None:
    form = {
        "name": "Spring",
        "slug": "spring",
        "zone": "Europe/Brussels",
        "first_day": "2026-03-28",
        "day_count": "2",
    }
    assert seeded.platform().post("/sessions/manage/", data=form).status_code == 303
    organiser = seeded.organiser("spring")
    assert organiser.post("/sessions/manage/spring/rooms", data={"name": "Aula"}).status_code == 303
    with seeded.database.read() as db:
        query = (
            select(Room.id)
            .join(Conference, Conference.id == Room.conference_id)
            .where(Conference.slug == "spring")
        )
        room = db.scalars(query).one()
    new = {"title": "Early", "kind": "talk", "minutes": "30", "date": "2026-03-29", "room_id": str(room)}
    gap = organiser.post("/sessions/manage/spring/sessions/new", data={**new, "time": "02:30"})
    assert gap.status_code == 422
    assert "01:30 or 03:30" in gap.text
    fine = organiser.post("/sessions/manage/spring/sessions/new", data={**new, "time": "03:30"})
    assert fine.status_code == 303


def test_an_unknown_slot_session_speaker_or_day_is_404(seeded: House) -> None:
    organiser = seeded.organiser()
    for path in ("slots", "sessions", "speakers", "days"):
        assert organiser.get(f"{MANAGE}/{path}/{UUID(int=5)}").status_code == 404
    assert organiser.post(f"{MANAGE}/slots/{UUID(int=5)}/cancel", data={"version": "1"}).status_code == 404


def test_a_session_is_edited_with_new_speakers_and_links(seeded: House) -> None:
    slot, organiser = first_slot(seeded), seeded.organiser()
    path = f"{MANAGE}/sessions/{slot.session_id}"
    form = {
        "version": "1",
        "title": "Renamed",
        "kind": "talk",
        "state": "confirmed",
        "speakers": "Ана Петрова\nCarla",
        "links": "Slides | https://example.org/a\nhttps://example.org/b",
    }
    assert organiser.post(path, data=form).status_code == 303
    page = organiser.get(path).text
    assert "Ана Петрова\nCarla" in page and "Slides | https://example.org/a" in page
    assert organiser.post(path, data=form).status_code == 409


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 1_000_000}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"kind": "Not A Kind"}, "kind"),
        ({"links": "javascript:alert(1)"}, "links"),
        ({"links": "x | ftp://example.org"}, "links"),
        ({"speakers": "x" * 301}, "speakers"),
        ({"track_id": str(new_id())}, "track_id"),
        ({"listed": "everyone"}, "listed"),
        ({"state": "released"}, "state"),
    ],
)
def test_a_text_that_cannot_be_kept_is_refused_at_its_field(
    seeded: House, changes: dict[str, str], field: str
) -> None:
    slot = first_slot(seeded)
    form = {"version": "1", "title": "Fine", "kind": "talk", "state": "confirmed", **changes}
    answer = seeded.organiser().post(f"{MANAGE}/sessions/{slot.session_id}", data=form)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    with seeded.database.read() as db:
        assert db.get_one(Session, slot.session_id).version == 1


def test_settings_are_told_at_once_and_protected(seeded: House) -> None:
    organiser, conference, last = seeded.organiser(), seeded.conference(), seeded.last_event()
    form = {"name": "New name", "accent": "#00aa88", "state": "public", "version": conference.version}
    assert organiser.post(f"{MANAGE}/settings", data=form).status_code == 303
    (told,) = seeded.events(last)
    assert (told.type, told.sequence) == ("plenary.sessions.conference.stated.v1", conference.version + 1)
    assert "New name" in seeded.visitor.get(f"/sessions/{SLUG}/").text
    assert organiser.post(f"{MANAGE}/settings", data=form).status_code == 409
    bad = organiser.post(
        f"{MANAGE}/settings", data={**form, "accent": "red", "version": conference.version + 1}
    )
    assert bad.status_code == 422 and 'href="#accent"' in bad.text


def test_only_the_platform_creates_conferences(seeded: House) -> None:
    form = {
        "name": "Next",
        "slug": "next-one",
        "zone": "Europe/Lisbon",
        "first_day": "2027-05-01",
        "day_count": "2",
    }
    assert seeded.organiser().post("/sessions/manage/", data=form).status_code == 404
    assert seeded.platform().post("/sessions/manage/", data=form).status_code == 303
    assert seeded.visitor.get("/sessions/next-one/").status_code == 404
    for changes, field in (({"slug": SLUG}, "slug"), ({"slug": "api"}, "slug"), ({"zone": "Lisbon"}, "zone")):
        answer = seeded.platform().post("/sessions/manage/", data={**form, "slug": "x-y", **changes})
        assert answer.status_code == 422 and f'href="#{field}"' in answer.text


def test_the_clock_of_a_rehearsal_moves(seeded: House) -> None:
    with seeded.database.write() as db:
        moved = set_clock(db, db.merge(seeded.conference()), at="day 2 10:00", now=now())
    assert f"{moved:%Y-%m-%d %H:%M}" == "2026-11-27 10:00"
    drift = conference_now(seeded.conference().clock_offset) - moved
    assert abs(drift.total_seconds()) < 5
    assert "Questions before tools" not in seeded.visitor.get(f"/sessions/{SLUG}/?day=1").text
    for at in ("day 9 10:00", "soon", "day 2 25:00"):
        with pytest.raises(Exception, match=r".") as refused, seeded.database.write() as db:
            set_clock(db, db.merge(seeded.conference()), at=at, now=now())
        assert "at" in refused.value.fields  # type: ignore[attr-defined]


def entitled(
    conference: UUID, attendee: UUID, version: int, days: tuple[UUID, ...], state: str = "approved"
) -> Any:
    return AttendeeEntitled(
        version=version, attendee_id=attendee, conference_id=conference, day_ids=days, state=state
    )


def hear(house: House, *events: Any) -> None:
    for one in events:
        with house.database.write() as db:
            HANDLERS[type(one)](db, one)


def test_entitlements_open_what_registered_people_may_see(seeded: House) -> None:
    attendee, conference = new_id(), seeded.conference().id
    with seeded.database.write() as db:
        slot = db.scalars(select(Slot).join(Session).where(Session.title == "Listening as a method")).one()
        db.get_one(Session, slot.session_id).links = [{"title": "Slides", "url": "https://slides.example/"}]
    seeded.organiser().post(f"{MANAGE}/release", data={"name": "links"})
    page, reader = f"/sessions/{SLUG}/talks/{slot.id}", seeded.participant(attendee)
    assert "slides.example" not in reader.get(page).text
    assert slot.day_id is not None
    hear(seeded, entitled(conference, attendee, 2, (slot.day_id,)))
    assert "slides.example" in reader.get(page).text
    hear(seeded, entitled(conference, attendee, 1, (), "rejected"), entitled(conference, attendee, 2, ()))
    assert "slides.example" in reader.get(page).text
    hear(seeded, entitled(conference, attendee, 3, (), "cancelled"))
    assert "slides.example" not in reader.get(page).text


def test_an_erased_attendee_stays_erased_in_any_order(seeded: House) -> None:
    attendee, conference = new_id(), seeded.conference().id
    erased = AttendeeErased(version=2, attendee_id=attendee, conference_id=conference)
    late = entitled(conference, attendee, 3, (new_id(),))
    hear(seeded, erased, late, erased)
    with seeded.database.read() as db:
        row = db.get_one(Entitlement, attendee)
    assert (row.state, row.day_ids) == ("erased", [])
