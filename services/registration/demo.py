"""The people of the demonstration conference: invented, from every country, in every state."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from services.registration.models import Attendee, Conference, Day, Institution
from services.registration.queries import conferences, institutions
from services.registration.rules import states
from services.registration.usecases.deciding import release_places, write_down
from services.registration.usecases.institutions import Affiliation, add_institution
from services.registration.usecases.registering import Answers, keep_consents, new_attendee
from services.registration.usecases.stating import state_attendee
from shared.db import Transaction

SLUG = "etwinning-future-teachers"
HERE = Path(__file__).parent
CAPACITIES = (240, 120)
NEWCOMERS = (
    "Is your institution new to eTwinning? Contact the National Support Organisation of your country; "
    "it will tell you how to join."
)


def seed(db: Transaction, *, now: datetime) -> None:
    """Settings, institutions and registrations, unless there are some."""
    conference = conferences.find_conference(db, SLUG)
    if conference is None or institutions.list_institutions(db, conference.id, limit=1):
        return
    about = json.loads((HERE / "institutions.json").read_text(encoding="utf-8"))
    conference.registration_open, conference.approval_needed = True, True
    conference.newcomer_hint, conference.countries = NEWCOMERS, about["countries"]
    days = conferences.list_offered_days(db, conference.id)
    for day, capacity in zip(days, CAPACITIES, strict=False):
        day.capacity = capacity
    known = {
        row["names"][0]["name"]: add_institution(
            db, conference=conference, names=row["names"], country=row["country"], city=row["city"]
        )
        for row in about["institutions"]
    }
    db.flush()
    people = json.loads((HERE / "people.json").read_text(encoding="utf-8"))
    for number, person in enumerate(people):
        registered = now - timedelta(hours=7 * (len(people) - number))
        _register(db, conference, days, known, person, registered)


def _register(
    db: Transaction,
    conference: Conference,
    days: list[Day],
    known: dict[str, Institution],
    person: dict[str, Any],
    registered: datetime,
) -> None:
    institution = known.get(person["institution"])
    chosen = sorted(days[position].id for position in person["days"] if position < len(days))
    if not chosen or not all(conferences.take_place(db, day_id) for day_id in chosen):
        return
    consents = {consent.kind: consent.required or person["photo"] for consent in states.CONSENTS}
    answers = Answers(
        name=person["name"],
        address=person["address"],
        affiliation=Affiliation(institution=institution, text="" if institution else person["institution"]),
        country=person["country"],
        day_ids=chosen,
        consents=consents,
    )
    attendee = new_attendee(conference, answers, chosen, registered)
    attendee.category = person.get("category", states.CATEGORIES[0])
    db.add(attendee)
    db.flush()
    keep_consents(db, attendee, states.require_consents(consents), registered)
    if person["state"] != states.PENDING:
        _decide(db, attendee, person, registered + timedelta(hours=5))


def _decide(db: Transaction, attendee: Attendee, person: dict[str, Any], now: datetime) -> None:
    if person["state"] != states.APPROVED:
        release_places(db, attendee)
    attendee.state, attendee.reason = person["state"], person.get("reason", "")
    attendee.decided_at, attendee.decided_by = now, "organiser@plenary.example"
    attendee.version = 2
    actor = attendee.decided_by
    write_down(db, attendee, actor=actor, what=attendee.state, reason=attendee.reason, now=now)
    state_attendee(db, attendee)
