"""Signing in and out: one-time links for organisers, browser sessions for both kinds of people."""

from datetime import datetime, timedelta

from sqlalchemy import update

from services.registration.errors import LinkUnknown
from services.registration.models import Account, Attendee, Conference, Grant, SignInLink, WebSession
from services.registration.queries import access
from services.registration.usecases import letters
from services.registration.usecases.counting import may_try
from shared.auth.handlers import on_access_revoked
from shared.bus import publish
from shared.contracts.registration import AccessRevoked
from shared.db import Transaction
from shared.ids import hash_secret, new_id, new_secret
from shared.mail.addresses import normalise_address

INVITATION_MINUTES = 24 * 60


def invite_organiser(db: Transaction, *, address: str, conference: str | None, now: datetime) -> str:
    """Grant one conference (a slug) or with None the platform; returns the secret of a sign-in link for a day.

    Inviting again adds nothing but a fresh link. Raises Invalid for an unusable address.
    """
    normal = normalise_address(address)
    account = access.find_account(db, normal)
    if account is None:
        account = Account(id=new_id(), address=normal, name="", created_at=now)
        db.add(account)
        db.flush()
    if conference not in access.list_grants(db, account.id):
        db.add(Grant(id=new_id(), account_id=account.id, conference=conference))
    return _make_link(db, account, to="", minutes=INVITATION_MINUTES, now=now)


def add_organiser(
    db: Transaction, *, conference: Conference, address: str, site: letters.Site, now: datetime
) -> None:
    """Let somebody organise this conference, and mail them a sign-in link for a day. Raises Invalid."""
    secret = invite_organiser(db, address=address, conference=conference.slug, now=now)
    account = access.find_account(db, normalise_address(address))
    if account:
        letters.send_invitation(db, conference, account, secret, site)


def request_sign_in(
    db: Transaction, *, address: str, to: str, site: letters.Site, minutes: int, now: datetime
) -> None:
    """Mail a sign-in link if this address belongs to an organiser; the caller cannot tell. Raises Invalid."""
    normal = normalise_address(address)
    account = access.find_account(db, normal)
    if may_try(db, f"sign in {normal}", most=5, minutes=60, now=now) and account:
        secret = _make_link(db, account, to=to, minutes=minutes, now=now)
        letters.send_sign_in(db, account, secret, site, minutes=minutes)


def sign_in(db: Transaction, *, secret: str, minutes: int, now: datetime) -> tuple[str, str]:
    """Use a link up; returns the secret of the new session, and where its owner wanted to go.

    Raises LinkUnknown for a wrong, used or expired link; of two at the same time one wins.
    """
    link = access.find_sign_in_link(db, secret, now)
    if link is None:
        raise LinkUnknown
    unused = (SignInLink.hashed == link.hashed) & SignInLink.used_at.is_(None)
    if not db.connection().execute(update(SignInLink).where(unused).values(used_at=now)).rowcount:
        raise LinkUnknown
    session = new_secret()
    db.add(
        WebSession(
            hashed=hash_secret(session),
            account_id=link.account_id,
            created_at=now,
            expires_at=now + timedelta(minutes=minutes),
        )
    )
    return session, link.to


def open_participant_session(db: Transaction, *, attendee: Attendee, minutes: int, now: datetime) -> str:
    """A browser session for the owner of a personal link; returns its secret."""
    session = new_secret()
    db.add(
        WebSession(
            hashed=hash_secret(session),
            attendee_id=attendee.id,
            created_at=now,
            expires_at=now + timedelta(minutes=minutes),
        )
    )
    return session


def sign_out(db: Transaction, *, secrets: tuple[str, ...], now: datetime) -> None:
    """End these browser sessions."""
    hashed = [hash_secret(secret) for secret in secrets]
    db.execute(
        update(WebSession)
        .where(WebSession.hashed.in_(hashed), WebSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def sign_out_everywhere(db: Transaction, *, account: Account, now: datetime) -> None:
    """End all sessions of an organiser on every device, and void the tokens that other services hold."""
    db.execute(
        update(WebSession)
        .where(WebSession.account_id == account.id, WebSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    account.version += 1
    revoked = AccessRevoked(version=account.version, holder_id=account.id, not_before=now)
    publish(db, revoked)
    on_access_revoked(db, revoked)


def _make_link(db: Transaction, account: Account, *, to: str, minutes: int, now: datetime) -> str:
    secret = new_secret()
    expires = now + timedelta(minutes=minutes)
    db.add(SignInLink(hashed=hash_secret(secret), account_id=account.id, to=to, expires_at=expires))
    return secret
