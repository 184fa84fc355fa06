"""What others tell: twice, late, and in any order."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from services.registration.models import Conference, Slot
from shared.contracts.badges import BadgeIssued, BadgeRevoked
from shared.contracts.sessions import SlotCancelled
from shared.ids import new_id
from tests.registration.desk import SLUG, make_conference, offered_days, stated_conference, stated_slot


def conference_of(desk):
    with desk.database.read() as db:
        return db.scalar(select(Conference).where(Conference.slug == SLUG))


def test_restated_conference_keeps_settings_capacities_and_places(desk):
    conference = make_conference(desk, capacities=(7, 8))
    first, second = offered_days(desk)
    desk.register()
    kept = [conference_of(desk).version and fact for fact in (first, second)]
    public = new_id()
    restated = stated_conference(conference_id=conference.id, version=2, day_ids=[public, *kept])
    desk.hear(replace(restated, name="New name"), replace(restated, name="New name"))
    assert conference_of(desk).name == "New name"
    assert conference_of(desk).registration_open
    assert [(desk.day(day).capacity, desk.day(day).taken) for day in (first, second)] == [(7, 1), (8, 1)]


def test_older_conference_is_ignored(desk):
    newer = stated_conference(version=5)
    desk.hear(newer, replace(newer, version=4, name="Old name"))
    assert conference_of(desk).name == "Congress of the Lighthouses"


def test_removed_day_is_not_offered_and_not_forgotten(desk):
    conference = make_conference(desk, capacities=(7, 8))
    first, second = offered_days(desk)
    desk.register()
    shorter = stated_conference(conference_id=conference.id, version=2, day_ids=[new_id(), first])
    desk.hear(shorter)
    assert desk.day(second).withdrawn and desk.day(second).taken == 1
    assert desk.register(address="late@school.example", day_ids=[str(second)]).status_code == 422
    longer = stated_conference(conference_id=conference.id, version=3, day_ids=[new_id(), first, second])
    desk.hear(longer)
    assert not desk.day(second).withdrawn and desk.day(second).capacity == 8


def test_slot_may_come_before_its_conference(desk):
    stated = stated_conference(days=2)
    desk.hear(stated_slot(stated.conference_id, stated.days[1].day_id), stated)
    with desk.database.read() as db:
        assert db.scalar(select(Slot)).title == "How lamps are made"


def test_older_slot_and_older_cancellation_are_ignored(desk):
    slot = stated_slot(new_id(), None, version=3)
    cancelled = SlotCancelled(version=2, slot_id=slot.slot_id, conference_id=slot.conference_id)
    desk.hear(slot, replace(slot, version=2, title="Old"), cancelled, slot)
    with desk.database.read() as db:
        row = db.get(Slot, slot.slot_id)
        assert (row.title, row.cancelled, row.version) == ("How lamps are made", False, 3)


def test_cancellation_may_come_before_its_slot(desk):
    slot = stated_slot(new_id(), None, version=1)
    cancelled = SlotCancelled(version=2, slot_id=slot.slot_id, conference_id=slot.conference_id)
    desk.hear(cancelled, cancelled, slot)
    with desk.database.read() as db:
        assert db.get(Slot, slot.slot_id).cancelled
    desk.hear(replace(slot, version=3))
    with desk.database.read() as db:
        assert not db.get(Slot, slot.slot_id).cancelled


@pytest.fixture
def attendee(desk):
    make_conference(desk, approval_needed=False)
    desk.register()
    return desk.attendees()[0]


def issued(attendee, badge_id="00000000000000a1", version=1):
    return BadgeIssued(
        version=version, badge_id=badge_id, attendee_id=attendee.id, conference_id=attendee.conference_id
    )


def revoked(attendee, badge_id="00000000000000a1", version=2):
    return BadgeRevoked(
        version=version, badge_id=badge_id, attendee_id=attendee.id, conference_id=attendee.conference_id
    )


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([issued], "issued"),
        ([issued, issued], "issued"),
        ([issued, revoked], "revoked"),
        ([revoked, issued], "revoked"),
        ([issued, revoked, issued, revoked], "revoked"),
    ],
)
def test_badge_state_is_the_newest_one(desk, attendee, events, state):
    desk.hear(*(event(attendee) for event in events))
    assert desk.attendees()[0].badge_state == state


def test_revoked_old_badge_does_not_hide_a_new_one(desk, attendee):
    desk.hear(issued(attendee), issued(attendee, "00000000000000b2"), revoked(attendee))
    assert desk.attendees()[0].badge_state == "issued"


def test_badge_of_nobody_is_ignored(desk, attendee):
    attendee.id = new_id()
    desk.hear(issued(attendee), revoked(attendee))
    assert desk.attendees()[0].badge_state == "none"


def test_badge_of_an_erased_person_leaves_no_trace(desk, attendee):
    desk.browser.post(desk.link("zaneta@school.example") + "/erase")
    desk.hear(issued(attendee))
    assert desk.attendees()[0].badge_id == ""
