"""The tables of registration, one module per subject."""

from services.registration.models.access import (
    Account,
    Grant,
    GuessCounter,
    PersonalLink,
    SigningKey,
    SignInLink,
    WebSession,
)
from services.registration.models.attendee import Arrival, Attendee, AttendeeDay, Consent, Decision
from services.registration.models.base import Base
from services.registration.models.conference import Conference, Day, Institution, Slot

__all__ = [
    "Account",
    "Arrival",
    "Attendee",
    "AttendeeDay",
    "Base",
    "Conference",
    "Consent",
    "Day",
    "Decision",
    "Grant",
    "GuessCounter",
    "Institution",
    "PersonalLink",
    "SignInLink",
    "SigningKey",
    "Slot",
    "WebSession",
]
