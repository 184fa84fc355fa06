"""The dates of a calendar's series in a conference: one session with a slot each, over later files too."""

from collections import Counter
from uuid import UUID

from sqlalchemy import select

from services.sessions.models import Session, Slot
from tests.sessions.conftest import House
from tests.sessions.test_importing_calendars import bring_in, calendar, event

WEEKLY = ("RRULE:FREQ=DAILY;COUNT=3", "DURATION:PT1H")


def slots_of(house: House) -> dict[UUID, tuple[str, str]]:
    """Day and title of every slot."""
    with house.database.read() as db:
        rows = db.execute(select(Slot.id, Slot.starts_at, Session.title).join(Session))
        return {slot_id: (f"{start:%m-%d}", title) for slot_id, start, title in rows}


def sessions_of(house: House) -> dict[str, int]:
    """How many sessions there are of a title."""
    with house.database.read() as db:
        return dict(Counter(db.scalars(select(Session.title))))


def test_a_series_is_one_session_with_a_slot_for_each_date_and_stays_so(house: House) -> None:
    file = calendar(event("s", *WEEKLY, title="Choir"), event("a", title="A"))
    report = bring_in(house, file)
    assert (report.added, sessions_of(house)) == (4, {"Choir": 1, "A": 1})
    before = slots_of(house)
    again = bring_in(house, file)
    assert (again.added, again.changed, again.cancelled, again.unchanged) == (0, 0, 0, 4)
    longer = calendar(
        event("s", "RRULE:FREQ=DAILY;COUNT=5", "DURATION:PT1H", title="Choir"), event("a", title="A")
    )
    assert bring_in(house, longer).added == 2
    assert (sessions_of(house), before.items() <= slots_of(house).items()) == ({"Choir": 1, "A": 1}, True)


def test_what_people_make_of_a_series_holds_for_all_its_dates_and_a_later_title_too(house: House) -> None:
    file = calendar(event("s", *WEEKLY, title="Choir"))
    bring_in(house, file)
    with house.database.write() as db:
        db.scalars(select(Session)).one().subtitle = "Bring your voice"
    assert bring_in(house, file).changed == 0
    bring_in(house, calendar(event("s", *WEEKLY, title="Big choir")))
    with house.database.read() as db:
        session = db.scalars(select(Session)).one()
    assert (session.title, session.subtitle) == ("Big choir", "Bring your voice")
    assert [title for _, title in slots_of(house).values()] == ["Big choir"] * 3


def test_a_date_that_says_something_else_becomes_a_session_of_its_own_and_keeps_its_slot(
    house: House,
) -> None:
    bring_in(house, calendar(event("s", *WEEKLY, title="Choir")))
    before = slots_of(house)
    with house.database.write() as db:
        session = db.scalars(select(Session)).one()
        session.subtitle = "Bring your voice"
    first = event(
        "s",
        "RECURRENCE-ID:20261126T090000Z",
        "DURATION:PT1H",
        title="Concert",
        start="DTSTART:20261126T100000Z",
    )
    file = calendar(event("s", *WEEKLY, title="Choir"), first)
    report = bring_in(house, file)
    assert (report.added, report.changed, report.cancelled) == (0, 1, 0)
    after = slots_of(house)
    assert after.keys() == before.keys()
    assert sorted(after.values()) == [("11-26", "Concert"), ("11-27", "Choir"), ("11-28", "Choir")]
    with house.database.read() as db:
        assert {one.subtitle for one in db.scalars(select(Session))} == {"Bring your voice"}
    assert (bring_in(house, file).changed, slots_of(house)) == (0, after)


def test_a_date_that_differs_from_the_first_is_a_session_of_its_own_at_once(house: House) -> None:
    second = event("s", "RECURRENCE-ID:20261127T090000Z", title="Concert", start="DTSTART:20261127T100000Z")
    file = calendar(second, event("s", *WEEKLY, title="Choir"))
    bring_in(house, file)
    assert sessions_of(house) == {"Choir": 1, "Concert": 1}
    assert bring_in(house, file).changed == 0
