"""What is told about the people who speak, by organisers and by themselves, and whether they come."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.sessions.models import Conference, Speaker
from services.sessions.queries import conferences, drafts
from services.sessions.usecases import checking, notifying
from services.sessions.usecases.conferences import require_version
from shared.db import Transaction
from shared.errors import Invalid
from shared.ids import hash_secret, new_secret
from shared.mail.addresses import normalise_address

Spans = tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What organisers keep about a speaker; `spans` are when the person can come, none means always.

    `photo` None keeps the one there is.
    """

    name: str
    affiliation: str
    biography: str
    address: str
    confirmed: bool
    spans: Spans
    photo: str | None = None


@dataclass(frozen=True, kw_only=True)
class OwnEntry:
    """What speakers correct themselves."""

    affiliation: str
    biography: str
    address: str
    spans: Spans
    photo: str | None = None


def change_speaker(
    db: Transaction, *, slug: str, speaker_id: UUID, version: int, entry: Entry, now: datetime
) -> Speaker:
    """Store it in the draft. Raises Invalid, or Stale when somebody else was first, the speaker included."""
    conference = conferences.lock_conference(db, slug)
    speaker = drafts.get_speaker(db, conference.id, speaker_id)
    require_version(speaker.version, version)
    for name in ("name", "affiliation", "biography"):
        setattr(speaker, name, getattr(entry, name))
    speaker.address = _address(entry.address)
    speaker.confirmed_at = (speaker.confirmed_at or now) if entry.confirmed else None
    if entry.photo is not None:
        speaker.photo = entry.photo
    speaker.version += 1
    checking.set_availability(db, conference, owner_id=speaker.id, spans=entry.spans)
    return speaker


def make_link(db: Transaction, *, slug: str, speaker_id: UUID) -> str:
    """A new personal link in place of any earlier one; the secret is told here once and nowhere else."""
    conference = conferences.lock_conference(db, slug)
    speaker = drafts.get_speaker(db, conference.id, speaker_id)
    secret = new_secret()
    speaker.link_hash = hash_secret(secret)
    return secret


def send_link(db: Transaction, *, slug: str, speaker_id: UUID, path: str) -> None:
    """Mail speakers a new personal link, `path` with the secret at its end. Raises Invalid without an address."""
    conference = conferences.lock_conference(db, slug)
    speaker = drafts.get_speaker(db, conference.id, speaker_id)
    if not speaker.address:
        raise Invalid(fields={"address": ["There is no address yet to send the link to."]})
    secret = make_link(db, slug=slug, speaker_id=speaker_id)
    notifying.write_link(db, conference, speaker, f"{path}{secret}")


def revoke_link(db: Transaction, *, slug: str, speaker_id: UUID) -> None:
    conference = conferences.lock_conference(db, slug)
    drafts.get_speaker(db, conference.id, speaker_id).link_hash = None


def correct_own_entry(db: Transaction, *, secret: str, version: int, entry: OwnEntry) -> None:
    """Store in the draft what speakers say of themselves. Raises NotFound, or Stale when somebody else was first."""
    conference, speaker = _lock_invited(db, secret)
    require_version(speaker.version, version)
    speaker.affiliation, speaker.biography = entry.affiliation, entry.biography
    speaker.address = _address(entry.address)
    if entry.photo is not None:
        speaker.photo = entry.photo
    speaker.version += 1
    checking.set_availability(db, conference, owner_id=speaker.id, spans=entry.spans)


def answer_invitation(db: Transaction, *, secret: str, comes: bool, now: datetime) -> None:
    """Confirm, or take it back; an answer that is there already stays as it is. Raises NotFound."""
    _, speaker = _lock_invited(db, secret)
    if comes != (speaker.confirmed_at is not None):
        speaker.confirmed_at = now if comes else None
        speaker.version += 1


def _address(told: str) -> str:
    return normalise_address(told) if told else ""


def _lock_invited(db: Transaction, secret: str) -> tuple[Conference, Speaker]:
    conferences.lock_conference(db, drafts.get_invited(db, secret)[0].slug)
    return drafts.get_invited(db, secret)
