"""Badges in the whole house: what registration states becomes a badge, and registration hears of it."""

import json
from html import unescape

from sqlalchemy import func, select

from services.badges import queries
from services.badges.models import Badge, Holder
from services.registration import usecases as registration
from services.registration.models import Attendee
from services.registration.usecases.links import give_link
from services.sessions.demo import SLUG
from shared.bus.tables import Outbox
from shared.clock import now
from tests.harness import SteppedStack

ADDRESS = "organiser@plenary.example"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def sign_in_organiser(demo: SteppedStack) -> None:
    with demo.service("registration").database.write() as db:
        secret = registration.invite_organiser(db, address=ADDRESS, conference=None, now=now())
    answer = demo.post(f"/registration/in/{secret}", headers=SAME_ORIGIN, follow_redirects=True)
    assert answer.status_code == 200


def test_every_approved_attendee_has_one_badge_and_registration_knows(demo: SteppedStack) -> None:
    with demo.service("registration").database.read() as db:
        rows = db.execute(select(Attendee.id, Attendee.state, Attendee.badge_state)).all()
    approved = {row.id for row in rows if row.state == "approved"}
    assert approved
    assert {row.id for row in rows if row.badge_state == "issued"} == approved
    with demo.service("badges").database.read() as db:
        conference = queries.get_conference(db, SLUG)
        assert set(queries.list_valid_badges(db, conference.id)) == approved


def test_organiser_walks_over_and_prints_everybody(demo: SteppedStack) -> None:
    sign_in_organiser(demo)
    page = demo.get(f"/badges/manage/{SLUG}/", follow_redirects=True)
    assert page.status_code == 200
    assert "Make the PDF" in page.text
    answer = demo.post(
        f"/badges/manage/{SLUG}/print", data={"which": "all", "order": "country"}, headers=SAME_ORIGIN
    )
    assert answer.data.startswith(b"%PDF-")


def test_attendee_walks_over_from_the_personal_link(demo: SteppedStack) -> None:
    with demo.service("registration").database.write() as db:
        attendee = db.scalars(select(Attendee).where(Attendee.state == "approved").limit(1)).one()
        secret = give_link(db, attendee, now=now())
    page = demo.get(f"/registration/me/{secret}/go?to=/badges/{SLUG}/me", follow_redirects=True)
    assert page.status_code == 200
    assert "badge-card" in page.text
    assert attendee.name in unescape(page.text)
    assert demo.get(f"/badges/{SLUG}/me.pdf").mimetype == "application/pdf"


def test_no_event_of_badges_says_who_somebody_is(demo: SteppedStack) -> None:
    with demo.service("badges").database.read() as db:
        bodies = db.scalars(select(Outbox.body)).all()
        assert len(bodies) == db.scalar(select(func.count()).select_from(Badge))
        names = [holder.display_name for holder in db.scalars(select(Holder))]
    for body in bodies:
        assert set(json.loads(body)) == {"version", "badge_id", "attendee_id", "conference_id"}
        assert not any(name in body for name in names)
