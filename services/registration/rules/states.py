"""The life of a registration: pending, approved, rejected, cancelled; and what a person agrees to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from services.registration.errors import AlreadyDecided, NothingToCancel, ReasonMissing, RegistrationClosed
from services.registration.models import Attendee, Conference, Day
from shared.errors import Invalid

PENDING, APPROVED, REJECTED, CANCELLED = "pending", "approved", "rejected", "cancelled"
STATES = (PENDING, APPROVED, REJECTED, CANCELLED)
ACTIVE = frozenset({PENDING, APPROVED})
PARTICIPANT = "participant"
CATEGORIES = ("participant", "speaker", "jury", "staff", "press")


@dataclass(frozen=True, kw_only=True)
class ConsentText:
    """One consent: asked separately, unticked, stored with the version of its wording."""

    kind: str
    text_version: str
    label: str
    required: bool


CONSENTS = (
    ConsentText(
        kind="terms",
        text_version="2026-11",
        required=True,
        label="I will keep to the terms of participation: respectful conduct, and no passing on of my badge.",
    ),
    ConsentText(
        kind="privacy",
        text_version="2026-11",
        required=True,
        label="I have read the privacy notice; my details are used to run this conference.",
    ),
    ConsentText(
        kind="photo",
        text_version="2026-11",
        required=False,
        label="I may be recognisable in photos and recordings of the conference.",
    ),
)


def is_active(attendee: Attendee) -> bool:
    return attendee.state in ACTIVE


def first_state(conference: Conference) -> str:
    return PENDING if conference.approval_needed else APPROVED


def is_open(conference: Conference) -> bool:
    return conference.state == "public" and conference.registration_open


def require_open(conference: Conference) -> None:
    if not is_open(conference):
        raise RegistrationClosed(f"Registration for {conference.name} is not open.")


def require_decision(state: str, reason: str) -> None:
    """A decision approves, or rejects with a reason."""
    if state not in (APPROVED, REJECTED):
        raise Invalid(fields={"decision": ["A decision is either approved or rejected."]})
    if state == REJECTED and not reason:
        raise ReasonMissing(fields={"reason": ["Please give a reason; it is part of the mail."]})


def require_undecided(attendee: Attendee) -> None:
    """Raises AlreadyDecided, which carries the first decision."""
    if attendee.state == PENDING:
        return
    by = f" by {attendee.decided_by}" if attendee.decided_by else ""
    because = f" Reason: {attendee.reason}" if attendee.reason else ""
    raise AlreadyDecided(
        f"{attendee.name} is {attendee.state} already{by}.{because}",
        state=attendee.state,
        decided_by=attendee.decided_by,
        decided_at=attendee.decided_at.isoformat() if attendee.decided_at else None,
        reason=attendee.reason,
    )


def require_active(attendee: Attendee) -> None:
    if not is_active(attendee):
        raise NothingToCancel(f"This registration is {attendee.state} already; there is nothing to cancel.")


def is_offered(day: Day) -> bool:
    """Only days for registered people are chosen; a public day needs no place."""
    return day.attend == "registered" and not day.withdrawn


def is_full(day: Day) -> bool:
    return day.capacity is not None and day.taken >= day.capacity


def places_left(day: Day) -> int | None:
    """How many places are left; None means that nobody counts."""
    return None if day.capacity is None else max(day.capacity - day.taken, 0)


def require_offered(day_ids: Iterable[UUID], offered: Iterable[Day]) -> list[UUID]:
    """The chosen days, each once, in the order in which places are taken (no two orders, no deadlock)."""
    chosen, known = set(day_ids), {day.id for day in offered}
    if not chosen:
        raise Invalid(fields={"day_ids": ["Please choose at least one day."]})
    if chosen - known:
        raise Invalid(fields={"day_ids": ["One of these days is not open for registration."]})
    return sorted(chosen)


def require_choice(kind: str) -> ConsentText:
    """The consent of this kind, if a person is free to give and withdraw it; raises Invalid naming `consent`."""
    for consent in CONSENTS:
        if consent.kind == kind and not consent.required:
            return consent
    raise Invalid(fields={"consent": ["This consent cannot be changed here."]})


def require_consents(given: Mapping[str, bool]) -> list[ConsentText]:
    """The consents that were given; raises Invalid naming each one that is needed and missing."""
    missing = {
        consent.kind: ["Without this we cannot register you."]
        for consent in CONSENTS
        if consent.required and not given.get(consent.kind)
    }
    if missing:
        raise Invalid(fields=missing)
    return [consent for consent in CONSENTS if given.get(consent.kind)]
