"""Pairing phones with the door, and taking them off it again."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update

from services.badges.errors import PairingSpent
from services.badges.models import Conference, Device, Pairing
from services.badges.queries import door as find
from services.badges.rules import door
from shared.db import Transaction
from shared.errors import Invalid
from shared.ids import hash_secret, new_id, new_secret

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is taken for another


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """Shown once: the secret of the link, and the same as 8 signs to type (40 random bits, good for the same time)."""

    secret: str
    code: str
    device_name: str
    expires_at: datetime


def invite_device(
    db: Transaction,
    *,
    conference: Conference,
    name: str,
    day_ids: Sequence[UUID],
    by: str,
    minutes: int,
    now: datetime,
) -> Invitation:
    """Make a link that pairs one phone for these lists. Raises Invalid when none of them exists."""
    lists = door.list_ids(day_ids, find.list_day_lists(db, conference.id))
    if not lists:
        raise Invalid(fields={"day_ids": ["Please choose at least one list."]})
    secret, code = new_secret(), "".join(secrets.choice(SIGNS) for _ in range(8))
    expires_at = now + timedelta(minutes=minutes)
    db.add(
        Pairing(
            id=new_id(),
            conference_id=conference.id,
            device_name=name,
            day_ids=lists,
            hashed=hash_secret(secret),
            hashed_code=hash_secret(code),
            made_by=by,
            made_at=now,
            expires_at=expires_at,
        )
    )
    return Invitation(secret=secret, code=f"{code[:4]}-{code[4:]}", device_name=name, expires_at=expires_at)


def pair_device(db: Transaction, *, conference: Conference, secret: str, now: datetime) -> str:
    """Use a link or a typed code up; returns the secret that the device keeps. Raises PairingSpent.

    Of two at the same time one wins.
    """
    pairing = find.find_pairing(db, conference.id, normal_code(secret), now)
    if pairing is None:
        raise PairingSpent
    unused = (Pairing.id == pairing.id) & Pairing.used_at.is_(None)
    if not db.connection().execute(update(Pairing).where(unused).values(used_at=now)).rowcount:
        raise PairingSpent
    kept = new_secret()
    db.add(
        Device(
            id=new_id(),
            conference_id=conference.id,
            name=pairing.device_name,
            day_ids=pairing.day_ids,
            hashed=hash_secret(kept),
            paired_at=now,
            contact_at=now,
        )
    )
    return kept


def revoke_device(db: Transaction, *, conference: Conference, device_id: UUID, now: datetime) -> None:
    """Take a phone off the door at its next contact; what it scanned stays."""
    device = find.get_device(db, conference.id, device_id)
    if device.revoked_at is None:
        device.revoked_at = now


def normal_code(given: str) -> str:
    """A typed code as it was made: without hyphens and spaces, in capitals. A link's secret stays as it is."""
    short = given.replace("-", "").replace(" ", "").upper()
    return short if len(short) == 8 else given
