"""The people of the demonstration."""

from collections import Counter

from services.registration import demo
from services.registration.models import Attendee, Day, Institution
from shared.clock import now
from shared.contracts.registration import AttendeeStated
from tests.registration.desk import stated_conference


def test_demo_is_seeded_once_and_only_into_its_conference(desk):
    with desk.database.write() as db:
        demo.seed(db, now=now())
    assert desk.attendees() == []
    desk.hear(stated_conference(slug=demo.SLUG))
    for _ in range(2):
        with desk.database.write() as db:
            demo.seed(db, now=now())
    states = Counter(attendee.state for attendee in desk.attendees())
    assert states["approved"] > 20 and states["pending"] > 5 and states["rejected"] and states["cancelled"]
    assert len(desk.told(AttendeeStated)) == states["approved"]
    with desk.database.read() as db:
        assert db.query(Institution).count() > 50
        active = db.query(Attendee).filter(Attendee.state.in_(("pending", "approved"))).all()
        assert sum(day.taken for day in db.query(Day)) == sum(len(attendee.days) for attendee in active)
