"""A registration as it came in, from the page or from a program, taken at most once per key."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.registration.models import Conference
from services.registration.queries import conferences
from services.registration.rules.countries import require_country
from services.registration.rules.states import CONSENTS, require_open
from services.registration.usecases.institutions import Affiliation, choose_institution, take_institution
from services.registration.usecases.letters import Site
from services.registration.usecases.registering import Answers, register_attendee
from shared.db import Transaction
from shared.web.idempotency import idempotent

ACCEPTED = {"status": "look at your mail"}


def receive_registration(
    db: Transaction, *, slug: str, data: Mapping[str, Any], key: str | None, site: Site, now: datetime
) -> dict[str, Any]:
    """Register what was sent; the same key again has no second effect. Raises every refusal of registering."""
    conference = conferences.get_announced_conference(db, slug)
    require_open(conference)

    def produce() -> dict[str, Any]:
        _register(db, conference, data, site, now)
        return ACCEPTED

    return idempotent(db, f"register {conference.id} {key}" if key else None, dict(data), produce)


def _register(
    db: Transaction, conference: Conference, data: Mapping[str, Any], site: Site, now: datetime
) -> None:
    answers = Answers(
        name=data["name"],
        address=data["address"],
        affiliation=_affiliation(db, conference, data),
        country=require_country(conference, data["country"]),
        day_ids=data["day_ids"],
        consents={consent.kind: data[consent.kind] for consent in CONSENTS},
    )
    register_attendee(db, conference=conference, answers=answers, site=site, now=now)


def _affiliation(db: Transaction, conference: Conference, data: Mapping[str, Any]) -> Affiliation:
    """A page asks back which institution is meant; a program's word is taken."""
    typed, institution_id = data["institution"], data["institution_id"]
    if "institution_choice" not in data:
        return take_institution(db, conference=conference, typed=typed, institution_id=institution_id)
    return choose_institution(
        db,
        conference=conference,
        typed=typed,
        institution_id=institution_id,
        choice=data["institution_choice"],
        other=data["institution_other"],
    )
