"""Finding accounts, grants, browser sessions, sign-in links and signing keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select

from services.registration.models import (
    Account,
    Attendee,
    Conference,
    Grant,
    SigningKey,
    SignInLink,
    WebSession,
)
from shared.db import Transaction
from shared.ids import hash_secret


@dataclass(frozen=True, kw_only=True)
class Organiser:
    """A signed-in account with what it was granted: slugs, and None for the platform."""

    account: Account
    grants: frozenset[str | None]


@dataclass(frozen=True, kw_only=True)
class Participant:
    """A signed-in attendee and the slug of the conference."""

    attendee: Attendee
    conference: str


def find_account(db: Transaction, address: str) -> Account | None:
    """The account with this address, which must be in its normal form."""
    return db.scalar(select(Account).where(Account.address == address))


def list_grants(db: Transaction, account_id: UUID) -> frozenset[str | None]:
    return frozenset(db.scalars(select(Grant.conference).where(Grant.account_id == account_id)))


def list_organisers(db: Transaction, slug: str) -> Sequence[Account]:
    """The accounts that were granted this one conference."""
    query = select(Account).join(Grant, Grant.account_id == Account.id).where(Grant.conference == slug)
    return db.scalars(query.order_by(Account.address)).all()


def find_organiser_by_id(db: Transaction, account_id: UUID) -> Organiser | None:
    account = db.get(Account, account_id)
    return Organiser(account=account, grants=list_grants(db, account.id)) if account else None


def actor_of(db: Transaction, subject: str) -> str:
    """Who acts, for the audit log: the address of the account that a principal's subject names."""
    account = db.get(Account, UUID(subject))
    return account.address if account else subject


def find_organiser(db: Transaction, secret: str, now: datetime) -> Organiser | None:
    """Who is signed in with this cookie."""
    query = select(Account).join(WebSession, WebSession.account_id == Account.id)
    account = db.scalar(query.where(*_alive(secret, now)))
    return Organiser(account=account, grants=list_grants(db, account.id)) if account else None


def find_participant(db: Transaction, secret: str, now: datetime) -> Participant | None:
    """Which attendee is signed in with this cookie."""
    query = (
        select(Attendee, Conference.slug)
        .join(WebSession, WebSession.attendee_id == Attendee.id)
        .join(Conference, Conference.id == Attendee.conference_id)
        .where(*_alive(secret, now), Attendee.erased_at.is_(None))
    )
    row = db.execute(query).one_or_none()
    return Participant(attendee=row[0], conference=row[1]) if row else None


def find_sign_in_link(db: Transaction, secret: str, now: datetime) -> SignInLink | None:
    """A link that was neither used nor is too old."""
    query = select(SignInLink).where(
        SignInLink.hashed == hash_secret(secret), SignInLink.used_at.is_(None), SignInLink.expires_at > now
    )
    return db.scalar(query)


def list_signing_keys(db: Transaction) -> Sequence[SigningKey]:
    """The keys that sign or may still be met in a token, the newest first."""
    query = select(SigningKey).where(SigningKey.retired_at.is_(None))
    return db.scalars(query.order_by(SigningKey.number.desc())).all()


def _alive(secret: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        WebSession.hashed == hash_secret(secret),
        WebSession.revoked_at.is_(None),
        WebSession.expires_at > now,
    )
