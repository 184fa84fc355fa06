"""What is told about the people who speak, and whether they come."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.sessions.models import Speaker
from services.sessions.queries import conferences, drafts
from services.sessions.usecases import checking
from services.sessions.usecases.conferences import require_version
from shared.db import Transaction


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What organisers keep about a speaker; `spans` are when the person can come, none means always."""

    name: str
    affiliation: str
    biography: str
    confirmed: bool
    spans: tuple[tuple[datetime, datetime], ...]


def change_speaker(
    db: Transaction, *, slug: str, speaker_id: UUID, version: int, entry: Entry, now: datetime
) -> Speaker:
    """Store it in the draft. Raises Stale when somebody else was first, the speaker included."""
    conference = conferences.lock_conference(db, slug)
    speaker = drafts.get_speaker(db, conference.id, speaker_id)
    require_version(speaker.version, version)
    for name in ("name", "affiliation", "biography"):
        setattr(speaker, name, getattr(entry, name))
    speaker.confirmed_at = (speaker.confirmed_at or now) if entry.confirmed else None
    speaker.version += 1
    checking.set_availability(db, conference, owner_id=speaker.id, spans=entry.spans)
    return speaker
