"""What becomes public by a release, what never does, and what calendars see of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import icalendar
import pytest
from sqlalchemy import select

from services.sessions.errors import NothingToRelease
from services.sessions.models import Day, ReleasedSlot, Room, Session, Slot
from services.sessions.usecases import releasing
from shared.clock import now
from tests.sessions.conftest import SLUG, House

CALENDAR = f"/sessions/{SLUG}/calendar.ics"


def entries(house: House) -> dict[str, Any]:
    calendar = icalendar.Calendar.from_ical(house.visitor.get(CALENDAR).data)
    return {str(event["uid"]): event for event in calendar.walk("VEVENT")}


def slot_named(house: House, title: str) -> Slot:
    with house.database.read() as db:
        return db.scalars(
            select(Slot).join(Session, Session.id == Slot.session_id).where(Session.title == title)
        ).one()


def release(house: House, name: str = "") -> None:
    with house.database.write() as db:
        releasing.release_programme(db, slug=SLUG, name=name, now=now())


def move(house: House, title: str, **changes: Any) -> Slot:
    slot = slot_named(house, title)
    with house.database.write() as db:
        row = db.get_one(Slot, slot.id)
        for name, value in changes.items():
            setattr(row, name, value)
    return slot


def test_a_draft_shows_nowhere_before_its_release(seeded: House) -> None:
    paths = [
        f"/sessions/{SLUG}/?day=",
        CALENDAR,
        f"/sessions/{SLUG}/schedule.xml",
        f"/sessions/{SLUG}/schedule.json",
    ]
    paths += [f"/sessions/api/v1/conferences/{SLUG}/slots?limit=200"]
    before = {path: seeded.visitor.get(path).data for path in paths}
    with seeded.database.write() as db:
        session = db.scalars(select(Session).where(Session.title == "Opening")).one()
        session.title = "Leaked secret"
        room = db.scalars(select(Room)).first()
        assert room is not None
        room.name = "Leaked room"
    after = {path: seeded.visitor.get(path).data for path in paths}
    assert after == before
    release(seeded)
    assert all(b"Leaked secret" in seeded.visitor.get(path).data for path in paths)


def test_moving_raises_sequence_and_last_modified_of_that_slot_only(seeded: House) -> None:
    before = entries(seeded)
    slot = move(seeded, "Opening", starts_at=slot_named(seeded, "Opening").starts_at + timedelta(minutes=5))
    release(seeded)
    after = entries(seeded)
    assert after.keys() == before.keys()
    changed = {uid for uid in after if after[uid].to_ical() != before[uid].to_ical()}
    assert changed == {str(slot.id)}
    own = after[str(slot.id)]
    assert (before[str(slot.id)]["sequence"], own["sequence"]) == (0, 1)
    assert own["last-modified"].dt >= before[str(slot.id)]["last-modified"].dt


def test_another_title_raises_last_modified_but_not_sequence(seeded: House) -> None:
    slot = slot_named(seeded, "Opening")
    with seeded.database.write() as db:
        db.get_one(Session, slot.session_id).title = "Grand opening"
    release(seeded)
    assert entries(seeded)[str(slot.id)]["sequence"] == 0
    with seeded.database.read() as db:
        revisions = db.scalars(select(ReleasedSlot.revision).where(ReleasedSlot.slot_id == slot.id)).all()
    assert sorted(revisions) == [1, 2]


def test_cancelled_stays_visible_and_restored_rises_again(seeded: House) -> None:
    slot = move(seeded, "Opening", cancelled=True)
    release(seeded)
    entry = entries(seeded)[str(slot.id)]
    assert (entry["status"], entry["sequence"]) == ("CANCELLED", 1)
    assert "cancelled" in seeded.visitor.get(f"/sessions/{SLUG}/talks/{slot.id}").text.lower()
    move(seeded, "Opening", cancelled=False)
    release(seeded)
    entry = entries(seeded)[str(slot.id)]
    assert (entry["status"], entry["sequence"]) == ("CONFIRMED", 2)


def test_a_slot_that_the_draft_hides_again_is_cancelled_not_gone(seeded: House) -> None:
    slot = slot_named(seeded, "Opening")
    with seeded.database.write() as db:
        db.get_one(Session, slot.session_id).state = "planned"
    release(seeded)
    assert entries(seeded)[str(slot.id)]["status"] == "CANCELLED"
    with pytest.raises(NothingToRelease):
        release(seeded)


def test_blockers_and_planned_sessions_never_appear(seeded: House) -> None:
    with seeded.database.write() as db:
        for session in db.scalars(select(Session).where(Session.title == "Opening")):
            session.kind = "blocker"
    release(seeded)
    agenda = seeded.visitor.get(f"/sessions/{SLUG}/?kind=blocker").text
    assert "Opening" not in agenda


def test_nothing_changed_is_nothing_to_release(seeded: House) -> None:
    last = seeded.last_event()
    with pytest.raises(NothingToRelease):
        release(seeded)
    assert seeded.events(last) == []


def test_release_names_are_unique_in_any_case_and_not_reserved(seeded: House) -> None:
    move(seeded, "Opening", cancelled=True)
    release(seeded, "Étoile")
    move(seeded, "Opening", cancelled=False)
    for name in ("ÉTOILE", "latest", "1.0"):
        with pytest.raises(Exception, match=r"release|input|reserved") as refused:
            release(seeded, name)
        assert "name" in refused.value.fields  # type: ignore[attr-defined]


def test_only_changed_slots_are_told_with_rising_versions(seeded: House) -> None:
    last = seeded.last_event()
    slot = move(seeded, "Opening", cancelled=True)
    release(seeded)
    told = seeded.events(last)
    assert [(event.type, event.subject, event.sequence) for event in told] == [
        ("plenary.sessions.slot.cancelled.v1", str(slot.id), 2),
        ("plenary.sessions.programme.released.v1", str(seeded.conference().id), 2),
    ]


def test_cancelling_the_conference_cancels_every_slot_and_restoring_brings_them_back(seeded: House) -> None:
    organiser = seeded.organiser()
    slot = move(seeded, "Opening", cancelled=True)
    release(seeded)

    def set_state(state: str) -> None:
        conference = seeded.conference()
        form = {
            "name": conference.name,
            "accent": conference.accent,
            "state": state,
            "version": conference.version,
        }
        assert organiser.post(f"/sessions/manage/{SLUG}/settings", data=form).status_code == 303

    set_state("cancelled")
    assert {str(entry["status"]) for entry in entries(seeded).values()} == {"CANCELLED"}
    set_state("public")
    cancelled = {uid for uid, entry in entries(seeded).items() if entry["status"] == "CANCELLED"}
    assert cancelled == {str(slot.id)}


def test_a_draft_conference_is_404_everywhere(seeded: House) -> None:
    with seeded.database.write() as db:
        slot = db.scalars(select(Slot)).first()
        assert slot is not None
        db.merge(seeded.conference()).state = "draft"
    for path in ("", "speakers/", "calendar.ics", "schedule.xml", "schedule.json", f"talks/{slot.id}"):
        answer = seeded.visitor.get(f"/sessions/{SLUG}/{path}")
        assert answer.status_code == 404
        assert "eTwinning" not in answer.text
    assert seeded.visitor.get("/sessions/").text.count(SLUG) == 0
    assert seeded.visitor.get(f"/sessions/api/v1/conferences/{SLUG}").status_code == 404


def test_what_only_registered_people_may_know_is_in_no_public_output(seeded: House) -> None:
    slot = slot_named(seeded, "Listening as a method")
    with seeded.database.write() as db:
        db.get_one(Session, slot.session_id).listed = "registered"
    release(seeded)
    for path in ("?day=", "calendar.ics", "schedule.xml", "schedule.json", "?q=listening"):
        assert "Listening as a method" not in seeded.visitor.get(f"/sessions/{SLUG}/{path}").text
    assert seeded.visitor.get(f"/sessions/{SLUG}/talks/{slot.id}").status_code == 404
    assert seeded.visitor.get(f"/sessions/api/v1/conferences/{SLUG}/slots/{slot.id}").status_code == 404
    assert "Listening as a method" in seeded.organiser().get(f"/sessions/{SLUG}/?day=").text


def test_links_of_closed_sessions_are_for_those_who_may_enter(seeded: House) -> None:
    slot = slot_named(seeded, "Listening as a method")
    with seeded.database.write() as db:
        db.get_one(Session, slot.session_id).links = [
            {"title": "Slides", "url": "https://slides.example/secret"}
        ]
    release(seeded)
    page = f"/sessions/{SLUG}/talks/{slot.id}"
    for path in (page, CALENDAR, f"/sessions/{SLUG}/schedule.xml", f"/sessions/{SLUG}/schedule.json"):
        assert "slides.example" not in seeded.visitor.get(path).text
    assert "slides.example" in seeded.organiser().get(page).text


def test_a_day_that_becomes_closed_closes_its_slots_with_the_next_release(seeded: House) -> None:
    with seeded.database.write() as db:
        day = db.scalars(select(Day).where(Day.position == 1)).one()
        day.listed = "staff"
    release(seeded)
    assert "Opening" not in seeded.visitor.get(CALENDAR).text
    assert seeded.visitor.get(f"/sessions/{SLUG}/?day=1").status_code == 404


def test_a_wrong_slot_or_conference_is_404(seeded: House) -> None:
    for path in (f"talks/{UUID(int=1)}", f"speakers/{UUID(int=1)}", "talks/nonsense", "?day=9"):
        assert seeded.visitor.get(f"/sessions/{SLUG}/{path}").status_code == 404
    assert seeded.visitor.get("/sessions/nowhere/calendar.ics").status_code == 404


def test_release_refuses_a_name_of_a_megabyte(seeded: House) -> None:
    move(seeded, "Opening", cancelled=True)
    answer = seeded.organiser().post(f"/sessions/manage/{SLUG}/release", data={"name": "x" * 1_000_000})
    assert answer.status_code == 422
    assert "100" in answer.text[: answer.text.index("<input")]
