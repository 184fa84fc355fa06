"""Tables of `sessions`: conferences, the draft programme, what has been released of it, what people keep of that."""

from services.sessions.models.base import Base
from services.sessions.models.draft import (
    Availability,
    Conference,
    Day,
    ImportedSlot,
    Room,
    Session,
    SessionSpeaker,
    Slot,
    Speaker,
    Track,
)
from services.sessions.models.heard import Entitlement, StageState
from services.sessions.models.personal import PersonalFeed, Star
from services.sessions.models.public import Delay, PlannedRelease, Release, ReleasedSlot, ReleasedSpeaker

__all__ = [
    "Availability",
    "Base",
    "Conference",
    "Day",
    "Delay",
    "Entitlement",
    "ImportedSlot",
    "PersonalFeed",
    "PlannedRelease",
    "Release",
    "ReleasedSlot",
    "ReleasedSpeaker",
    "Room",
    "Session",
    "SessionSpeaker",
    "Slot",
    "Speaker",
    "StageState",
    "Star",
    "Track",
]
