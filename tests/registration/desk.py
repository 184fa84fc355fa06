"""What the tests of registration do again and again: a conference, people, links, and what was told and mailed."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from services.registration.handlers import HANDLERS
from services.registration.models import Attendee, Conference, Day
from services.registration.usecases import invite_organiser
from services.registration.usecases.institutions import add_institution
from shared.bus.tables import Outbox
from shared.clock import now
from shared.contracts.base import Event
from shared.contracts.sessions import ConferenceStated, DayFact, SlotStated
from shared.ids import new_id
from shared.mail.tables import Mail
from shared.runtime import Runtime

SLUG = "congress"
OPENS = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
LINK = re.compile(r"/registration/(?:me|in)/[A-Za-z0-9_-]+")


class Desk:
    """registration with one browser in front of it."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.database = runtime.database
        self.browser = self.new_browser()

    def new_browser(self) -> Client:
        return Client(self.runtime.app)

    def hear(self, *events: Event) -> None:
        """Let each event have its effect, in a transaction of its own."""
        for event in events:
            with self.database.write() as db:
                HANDLERS[type(event)](db, event)

    def told(self, kind: type[Event]) -> list[dict[str, Any]]:
        """The bodies of this kind of event in the outbox, the oldest first."""
        with self.database.read() as db:
            rows = db.scalars(select(Outbox).where(Outbox.type == kind.TYPE).order_by(Outbox.seq)).all()
        return [json.loads(row.body) for row in rows]

    def mails(self, to: str) -> list[Mail]:
        """Mails to this address, the oldest first."""
        with self.database.read() as db:
            return list(db.scalars(select(Mail).where(Mail.to == to).order_by(Mail.id)).all())

    def link(self, to: str) -> str:
        """The path of the personal or sign-in link in the newest mail to this address."""
        found = LINK.search(self.mails(to)[-1].text)
        assert found
        return found.group()

    def attendees(self) -> Sequence[Attendee]:
        with self.database.read() as db:
            return db.scalars(select(Attendee).order_by(Attendee.id)).all()

    def day(self, day_id: UUID) -> Day:
        with self.database.read() as db:
            found = db.get(Day, day_id)
            assert found
            return found

    def sign_in(self, address: str = "chair@plenary.example", conference: str | None = SLUG) -> Client:
        """A browser with an organiser in it."""
        with self.database.write() as db:
            secret = invite_organiser(db, address=address, conference=conference, now=now())
        browser = self.new_browser()
        assert browser.post(f"/registration/in/{secret}").status_code == 303
        return browser

    def register(self, browser: Client | None = None, **changes: Any) -> TestResponse:
        """Send the form filled in well, but for these changes."""
        return (browser or self.browser).post(f"/registration/{SLUG}/", data=answers(self, **changes))


def make_conference(
    desk: Desk,
    *,
    capacities: tuple[int | None, ...] = (None, None),
    registration_open: bool = True,
    approval_needed: bool = True,
    state: str = "public",
) -> Conference:
    """A conference of one public day and as many days for registered people as there are capacities."""
    stated = stated_conference(days=1 + len(capacities), state=state)
    desk.hear(stated)
    with desk.database.write() as db:
        conference = db.get(Conference, stated.conference_id)
        assert conference
        conference.registration_open, conference.approval_needed = registration_open, approval_needed
        for fact, capacity in zip(stated.days[1:], capacities, strict=True):
            day = db.get(Day, fact.day_id)
            assert day
            day.capacity = capacity
        for names in (["Akademia Złotobór", "Golden Wood Academy"], ["Zlatograd Academy"]):
            add_institution(
                db,
                conference=conference,
                names=[{"name": name, "language": ""} for name in names],
                country="PL",
                city="Złotobór",
            )
    return conference


def stated_conference(
    *,
    conference_id: UUID | None = None,
    version: int = 1,
    days: int = 3,
    state: str = "public",
    slug: str = SLUG,
    day_ids: Sequence[UUID] = (),
) -> ConferenceStated:
    ids = list(day_ids) or [new_id() for _ in range(days)]
    return ConferenceStated(
        version=version,
        conference_id=conference_id or new_id(),
        slug=slug,
        number=7,
        acronym="congress-2026",
        name="Congress of the Lighthouses",
        zone="Europe/Brussels",
        state=state,
        rehearsal=False,
        clock_offset=0,
        accent="#1f5fa8",
        logo="",
        venue="Lamp Hall",
        days=tuple(
            DayFact(
                day_id=day_id,
                position=number,
                title=f"Day {number + 1}",
                starts_at=OPENS + timedelta(days=number),
                ends_at=OPENS + timedelta(days=number, hours=9),
                listed="public",
                attend="registered" if number else "public",
            )
            for number, day_id in enumerate(ids)
        ),
    )


def stated_slot(conference_id: UUID, day_id: UUID | None, *, version: int = 1, **changes: Any) -> SlotStated:
    values: dict[str, Any] = {
        "version": version,
        "slot_id": new_id(),
        "conference_id": conference_id,
        "session_id": new_id(),
        "day_id": day_id,
        "title": "How lamps are made",
        "kind": "workshop",
        "language": "en",
        "room_id": new_id(),
        "room": "Lantern Room",
        "speakers": (),
        "starts_at": OPENS + timedelta(days=1, hours=1),
        "ends_at": OPENS + timedelta(days=1, hours=2),
        "listed": "public",
        "attend": "registered",
    }
    return SlotStated(**{**values, **changes})


def offered_days(desk: Desk) -> list[UUID]:
    with desk.database.read() as db:
        return [
            day.id for day in db.scalars(select(Day).order_by(Day.position)) if day.attend == "registered"
        ]


def answers(desk: Desk, **changes: Any) -> dict[str, Any]:
    """The form, filled in well."""
    filled = {
        "name": "Żaneta Ó Briain-Łęska",
        "address": "zaneta@school.example",
        "country": "PL",
        "institution": "Golden Wood Academy",
        "day_ids": [str(day_id) for day_id in offered_days(desk)],
        "terms": "true",
        "privacy": "true",
    }
    return {name: value for name, value in {**filled, **changes}.items() if value is not None}
