"""Taking a registration: places, the attendee, consents, the mail; all of it or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from services.registration.errors import CapacityExhausted
from services.registration.models import Attendee, AttendeeDay, Conference, Consent, Day
from services.registration.queries import attendees, conferences
from services.registration.rules import states
from services.registration.rules.names import require_badge_name
from services.registration.usecases import letters
from services.registration.usecases.counting import may_try
from services.registration.usecases.institutions import Affiliation
from services.registration.usecases.links import give_link
from services.registration.usecases.stating import state_attendee
from shared.db import Transaction
from shared.ids import new_id
from shared.mail.addresses import normalise_address
from shared.text import fold


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What somebody filled in; `consents` says yes or no by kind."""

    name: str
    address: str
    affiliation: Affiliation
    country: str
    day_ids: Sequence[UUID]
    consents: Mapping[str, bool]


def register_attendee(
    db: Transaction, *, conference: Conference, answers: Answers, site: letters.Site, now: datetime
) -> None:
    """Register, or remind whoever is registered with this address already: the caller cannot tell which.

    Raises RegistrationClosed, Invalid, CapacityExhausted; then nothing was stored.
    """
    states.require_open(conference)
    days = conferences.list_offered_days(db, conference.id)
    chosen = states.require_offered(answers.day_ids, days)
    given = states.require_consents(answers.consents)
    attendee = new_attendee(conference, answers, chosen, now)
    try:
        with db.begin_nested():
            _take_places(db, chosen, days)
            db.add(attendee)
            db.flush()
    except IntegrityError as error:
        if "address" not in str(error.orig):
            raise
        _remind(db, conference, attendee.normal_address, site, now)
        return
    keep_consents(db, attendee, given, now)
    state_attendee(db, attendee)
    letters.send_state(db, conference, attendee, give_link(db, attendee, now=now), site)


def new_attendee(
    conference: Conference, answers: Answers, day_ids: Sequence[UUID], now: datetime
) -> Attendee:
    """The row of a fresh registration; raises Invalid for an unusable name or address."""
    return Attendee(
        id=new_id(),
        conference_id=conference.id,
        name=require_badge_name(answers.name),
        address=answers.address.strip(),
        normal_address=normalise_address(answers.address),
        institution=answers.affiliation.institution,
        institution_text=answers.affiliation.text,
        country=answers.country,
        category=states.CATEGORIES[0],
        state=states.first_state(conference),
        folded=fold(f"{answers.name}\n{answers.address}\n{answers.affiliation.names}"),
        created_at=now,
        days=[AttendeeDay(day_id=day_id) for day_id in day_ids],
    )


def keep_consents(
    db: Transaction, attendee: Attendee, given: Sequence[states.ConsentText], now: datetime
) -> None:
    """Remember each consent with the version of its wording."""
    for consent in given:
        kept = Consent(attendee_id=attendee.id, kind=consent.kind, text_version=consent.text_version)
        kept.given_at = now
        db.add(kept)


def _take_places(db: Transaction, chosen: Sequence[UUID], days: Sequence[Day]) -> None:
    for day_id in chosen:
        if not conferences.take_place(db, day_id):
            title = next(day.title for day in days if day.id == day_id)
            detail = f"{title} is full. Nothing was registered; please choose other days."
            raise CapacityExhausted(detail, fields={"day_ids": [detail]}, day_id=str(day_id))


def _remind(
    db: Transaction, conference: Conference, normal_address: str, site: letters.Site, now: datetime
) -> None:
    """Send the link again to the address that is registered; what was typed this time is dropped."""
    attendee = attendees.find_active_attendee(db, conference.id, normal_address)
    if attendee and may_try(db, f"remind {conference.id} {normal_address}", most=5, minutes=60, now=now):
        letters.send_reminder(db, conference, attendee, give_link(db, attendee, now=now), site)
