"""Personal links: made for a mail, renewed on wish, sent again to whoever lost one."""

from datetime import datetime

from sqlalchemy import update

from services.registration.models import Attendee, Conference, PersonalLink
from services.registration.queries import attendees
from services.registration.usecases import letters
from services.registration.usecases.counting import may_try
from shared.db import Transaction
from shared.ids import hash_secret, new_secret


def give_link(db: Transaction, attendee: Attendee, *, now: datetime) -> str:
    """A new secret for the attendee; earlier links keep working, or a stranger could cut somebody off."""
    secret = new_secret()
    db.add(PersonalLink(hashed=hash_secret(secret), attendee_id=attendee.id, created_at=now))
    return secret


def revoke_links(db: Transaction, attendee: Attendee, *, now: datetime) -> None:
    """Have every earlier link look as if it had never been."""
    old = (PersonalLink.attendee_id == attendee.id) & PersonalLink.revoked_at.is_(None)
    db.execute(update(PersonalLink).where(old).values(revoked_at=now))


def renew_link(
    db: Transaction, *, conference: Conference, attendee: Attendee, site: letters.Site, now: datetime
) -> str:
    """A new link that is the only one; also mailed. Returns its secret."""
    revoke_links(db, attendee, now=now)
    secret = give_link(db, attendee, now=now)
    letters.send_reminder(db, conference, attendee, secret, site)
    return secret


def send_lost_link(
    db: Transaction, *, conference: Conference, normal_address: str, site: letters.Site, now: datetime
) -> None:
    """Mail the link to this address if it is registered; nobody but its owner sees whether it was."""
    if not may_try(db, f"lost link {conference.id} {normal_address}", most=5, minutes=60, now=now):
        return
    known = attendees.list_attendees_of_address(db, conference.id, normal_address)
    for attendee in known[:1]:
        letters.send_reminder(db, conference, attendee, give_link(db, attendee, now=now), site)
