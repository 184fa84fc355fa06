"""The people of the demonstration conference: invented, from every country, in every state."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from services.registration.models import Attendee, AttendeeDay, Conference, Consent, Day, Institution
from services.registration.queries import conferences, institutions
from services.registration.rules import states
from services.registration.rules.addresses import normalise_address
from services.registration.usecases.deciding import release_places, write_down
from services.registration.usecases.institutions import add_institution
from services.registration.usecases.stating import state_attendee
from shared.db import Transaction
from shared.ids import new_id
from shared.text import fold

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
    names = institution.folded if institution else person["institution"]
    attendee = Attendee(
        id=new_id(),
        conference_id=conference.id,
        version=1,
        name=person["name"],
        address=person["address"],
        normal_address=normalise_address(person["address"]),
        institution=institution,
        institution_text="" if institution else person["institution"],
        country=person["country"],
        category=person.get("category", "participant"),
        state=states.PENDING,
        reason="",
        decided_by="",
        folded=fold(f"{person['name']}\n{person['address']}\n{names}"),
        created_at=registered,
        days=[AttendeeDay(day_id=day_id) for day_id in chosen],
    )
    db.add(attendee)
    db.flush()
    kinds = [consent for consent in states.CONSENTS if consent.required or person.get("photo")]
    for consent in kinds:
        db.add(
            Consent(
                attendee_id=attendee.id,
                kind=consent.kind,
                text_version=consent.text_version,
                given_at=registered,
            )
        )
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
