"""Who is told of a release: speakers by mail with their calendar, those who starred what changes; once each."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import icalendar
import pytest
from sqlalchemy import select

from services.sessions.models import Delay, Room, Session, SessionSpeaker, Slot, Speaker, Star
from services.sessions.rules.concerns import DEFAULTS
from services.sessions.schedules import read_schedule
from services.sessions.usecases import import_schedule
from shared.bus.tables import Outbox
from shared.clock import now
from shared.ids import new_id
from shared.mail.carriers import MailboxCarrier
from shared.mail.mailbox import Mailbox, StoredMail
from shared.mail.outgoing import deliver_due
from tests.benchmarks.big_schedule import schedule_xml
from tests.sessions.conftest import SLUG, House
from tests.sessions.desk import MANAGE, one, post, put, set_rules, slot_named
from tests.sessions.test_organising import entitled, hear
from tests.sessions.test_personal_agenda import METHOD, OPENING, Person
from tests.sessions.test_planned_releases import fire
from tests.sessions.test_running_late import late, preview, undo

ADDRESS = "speaker@plenary.example"
TOLD = "plenary.sessions.notice.requested.v1"


@pytest.fixture
def seeded(seeded: House) -> House:
    """With rules that block nothing: here sessions move wherever they like."""
    set_rules(seeded, **dict.fromkeys(DEFAULTS, "warn"))
    return seeded


def speaker_of(house: House, title: str) -> Speaker:
    """The first who speaks there."""
    session = slot_named(house, title).session_id
    with house.database.read() as db:
        return db.scalars(
            select(Speaker)
            .join_from(Speaker, SessionSpeaker, SessionSpeaker.speaker_id == Speaker.id)
            .where(SessionSpeaker.session_id == session)
            .order_by(SessionSpeaker.position)
        ).first()  # type: ignore[return-value]


def give_address(house: House, title: str, address: str = ADDRESS) -> Speaker:
    person = speaker_of(house, title)
    form = {"name": person.name, "version": person.version, "address": address, "confirmed": "true"}
    post(house, f"/speakers/{person.id}", **form)
    return person


def release(house: House, status: int = 303) -> None:
    post(house, "/release", status, notify="true")


def mails(house: House) -> list[StoredMail]:
    """What came to anybody, newest first."""
    folder = house.stack.environ["PLENARY_MAIL_URL"].removeprefix("mailbox://")
    while deliver_due(house.database, MailboxCarrier(Path(folder)), "Plenary <no-reply@plenary.example>"):
        pass
    return Mailbox(Path(folder)).list()


def notices(house: House) -> list[dict[str, Any]]:
    with house.database.read() as db:
        told = db.scalars(select(Outbox).where(Outbox.type == TOLD).order_by(Outbox.seq))
        return [json.loads(row.body) for row in told]


def later(house: House, title: str, minutes: int = 20) -> None:
    slot = slot_named(house, title)
    by = timedelta(minutes=minutes)
    put(house, title, starts_at=slot.starts_at + by, ends_at=slot.ends_at + by)


def test_speakers_get_one_mail_with_their_calendar_however_much_has_changed(seeded: House) -> None:
    person = give_address(seeded, OPENING)
    later(seeded, OPENING)
    put(seeded, "The course nobody can skip", cancelled=True)
    page = seeded.organiser().get(f"{MANAGE}/release").text
    assert person.name in page and "Tell them by mail" in page
    release(seeded)
    (mail,) = mails(seeded)
    assert mail.to == ADDRESS
    assert mail.subject == "2 of your sessions in the agenda (eTwinning for Future Teachers)"
    assert "before" in mail.text and "10:00–10:30 CET" in mail.text and "10:20–10:50 CET" in mail.text
    assert "The course nobody can skip: cancelled" in mail.text
    attached = icalendar.Calendar.from_ical(mail.attachments[0].content)
    public = icalendar.Calendar.from_ical(seeded.visitor.get(f"/sessions/{SLUG}/calendar.ics").data)
    of_all = {str(event["uid"]): event.to_ical() for event in public.walk("VEVENT")}
    own = {str(event["uid"]): event.to_ical() for event in attached.walk("VEVENT")}
    assert len(own) >= 2 and own.items() <= of_all.items()
    assert mail.attachments[0].content_type == "text/calendar"
    release(seeded, status=409)
    assert len(mails(seeded)) == 1


def test_whoever_starred_what_moves_is_told_once_in_words(seeded: House) -> None:
    person = Person(seeded)
    person.star(OPENING)
    person.star(METHOD)
    later(seeded, OPENING)
    put(seeded, METHOD, room_id=one(seeded, Room, Room.name == "Poplar").id)
    assert "1 person who starred what changes" in seeded.organiser().get(f"{MANAGE}/release").text
    release(seeded)
    (told,) = notices(seeded)
    assert UUID(told["attendee_id"]) == person.id
    assert told["title"] == "2 sessions you starred have changed"
    opening, method = told["items"]
    assert opening["heading"] == f"{OPENING}: time"
    assert [place["label"] for place in opening["places"]] == ["before", "now"]
    assert opening["places"][1]["when"] == "Thursday 26 November, 10:20–10:50 CET"
    assert method["heading"] == f"{METHOD}: only the room"
    assert [place["where"] for place in method["places"]] == ["Linden", "Poplar"]


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ({"cancelled": True}, f"Cancelled: {OPENING}"),
        ({"starts_at": 20}, f"Now at 10:20: {OPENING}"),
        ({"room_id": "Poplar"}, f"Now in Poplar: {OPENING}"),
    ],
)
def test_the_subject_of_a_single_change_says_what_it_comes_to(
    seeded: House, changes: dict[str, Any], subject: str
) -> None:
    Person(seeded).star(OPENING)
    if "starts_at" in changes:
        later(seeded, OPENING, changes["starts_at"])
    elif "room_id" in changes:
        put(seeded, OPENING, room_id=one(seeded, Room, Room.name == changes["room_id"]).id)
    else:
        put(seeded, OPENING, **changes)
    release(seeded)
    assert [told["title"] for told in notices(seeded)] == [subject]


def change_text(house: House, title: str) -> None:
    with house.database.write() as db:
        db.get_one(Session, slot_named(house, title).session_id).abstract = "Better words."


def test_better_words_are_told_to_speakers_and_to_nobody_else(seeded: House) -> None:
    give_address(seeded, OPENING)
    Person(seeded).star(OPENING)
    change_text(seeded, OPENING)
    release(seeded)
    assert [mail.to for mail in mails(seeded)] == [ADDRESS]
    assert notices(seeded) == []


def test_what_people_may_not_know_of_is_not_in_their_notice(seeded: House) -> None:
    person = Person(seeded)
    person.star(OPENING)
    person.star(METHOD)
    with seeded.database.write() as db:
        db.get_one(Session, slot_named(seeded, METHOD).session_id).listed = "staff"
    later(seeded, OPENING)
    later(seeded, METHOD)
    release(seeded)
    (told,) = notices(seeded)
    assert METHOD not in json.dumps(told) and OPENING in told["title"]


def test_whoever_is_no_longer_registered_is_not_told(seeded: House) -> None:
    person = Person(seeded)
    person.star(OPENING)
    hear(seeded, entitled(seeded.conference().id, person.id, 2, (), state="cancelled"))
    later(seeded, OPENING)
    release(seeded)
    assert notices(seeded) == []


def test_a_release_can_be_quiet(seeded: House) -> None:
    give_address(seeded, OPENING)
    Person(seeded).star(OPENING)
    later(seeded, OPENING)
    post(seeded, "/release")  # as forms say it: a box that is not ticked is not there
    later(seeded, OPENING)
    api = f"/sessions/api/v1/conferences/{SLUG}/releases"
    assert seeded.organiser().post(api, json={"notify": False}).status_code == 201
    assert (mails(seeded), notices(seeded)) == ([], [])
    later(seeded, OPENING)
    assert seeded.organiser().post(api, json={}).status_code == 201
    assert (len(mails(seeded)), len(notices(seeded))) == (1, 1)


@pytest.mark.parametrize("wanted", [{"notify": "true"}, {}])
def test_a_planned_release_remembers_whether_it_tells(seeded: House, wanted: dict[str, str]) -> None:
    Person(seeded).star(OPENING)
    put(seeded, OPENING, cancelled=True)
    post(seeded, "/release/plan", at="2026-11-26T12:00", **wanted)
    assert fire(seeded) == 1
    assert len(notices(seeded)) == len(wanted)


def test_a_late_room_is_told_and_so_is_that_it_is_not(seeded: House) -> None:
    give_address(seeded, OPENING)
    Person(seeded).star(OPENING)
    form, page = preview(seeded)
    assert re.search(r'name="notify"[^>]*checked', page)
    post(seeded, "/late", **form, notify="true")
    undo(seeded, one(seeded, Delay))
    assert [told["title"] for told in notices(seeded)] == [
        f"Now at 10:15: {OPENING}",
        f"Now at 10:00: {OPENING}",
    ]
    assert len(mails(seeded)) == 2
    undo(seeded, late(seeded))
    assert len(notices(seeded)) == 2  # nobody was told of that one


def test_going_back_to_an_older_release_is_told(seeded: House) -> None:
    Person(seeded).star(OPENING)
    later(seeded, OPENING)
    post(seeded, "/release")
    post(seeded, "/releases/1", notify="true")
    assert [told["title"] for told in notices(seeded)] == [f"Now at 10:00: {OPENING}"]


def test_nobody_is_told_of_a_conference_that_is_still_a_draft(seeded: House) -> None:
    give_address(seeded, OPENING)
    Person(seeded).star(OPENING)
    with seeded.database.write() as db:
        db.merge(seeded.conference()).state = "draft"
    later(seeded, OPENING)
    release(seeded)
    assert (mails(seeded), notices(seeded)) == ([], [])


def test_a_notice_tells_fifty_changes_and_how_many_more_there_are(house: House) -> None:
    slug, attendee = "thousand", new_id()

    def bring(late: int) -> None:
        schedule = read_schedule(schedule_xml(sessions=200, late=late), filename="large.xml")
        with house.database.write() as db:
            import_schedule(db, schedule, conference_slug=slug, now=now())

    bring(0)
    conference = house.conference(slug).id
    hear(house, entitled(conference, attendee, 1, (new_id(),)))
    with house.database.write() as db:
        for slot_id in db.scalars(select(Slot.id)).all():
            db.add(Star(attendee_id=attendee, slot_id=slot_id, conference_id=conference))
    bring(170)
    (told,) = notices(house)
    assert told["title"] == "170 sessions you starred have changed"
    assert len(told["items"]) == 51
    assert told["items"][-1] == {"heading": "and 120 more, which the agenda shows", "places": []}
