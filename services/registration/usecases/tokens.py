"""Tokens for the other services, and the keys that sign them."""

from base64 import urlsafe_b64encode
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlalchemy.exc import IntegrityError

from services.registration.models import SigningKey
from services.registration.queries import access
from services.registration.queries.access import Organiser, Participant
from services.registration.rules.access import attendee_scopes, organiser_scopes
from services.registration.rules.paths import Target
from shared.auth.handlers import on_signing_keys_stated
from shared.auth.tokens import ISSUER, mint
from shared.bus import publish
from shared.clock import now as real_now
from shared.contracts.registration import KeyFact, SigningKeysStated
from shared.db import Transaction
from shared.errors import NotFound
from shared.ids import new_id


def make_first_key(db: Transaction) -> None:
    """At the very first start: make a signing key and tell everybody its public half."""
    if access.list_signing_keys(db):
        return
    private = Ed25519PrivateKey.generate()
    x = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key = SigningKey(
        kid=str(new_id()),
        number=1,
        private_pem=private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        public_x=urlsafe_b64encode(x).decode().rstrip("="),
        created_at=real_now(),
    )
    try:
        with db.begin_nested():
            db.add(key)
    except IntegrityError:
        return  # another process was quicker, and states its key
    keys = (KeyFact(kid=key.kid, x=key.public_x),)
    stated = SigningKeysStated(version=key.number, issuer=ISSUER, keys=keys)
    publish(db, stated)
    on_signing_keys_stated(db, stated)  # its own API takes tokens too


def token_for(
    db: Transaction,
    *,
    target: Target,
    organiser: Organiser | None,
    participant: Participant | None,
    now: datetime,
) -> str:
    """A token for the service and the conference that a path leads to; raises NotFound if it may not be had.

    Organisers work under /manage/; elsewhere the participant comes first.
    """
    subject, scopes = "", frozenset[str]()
    if participant and not target.managing:
        subject, scopes = (
            str(participant.attendee.id),
            attendee_scopes(participant.conference, target.conference),
        )
    if organiser and not scopes:
        subject, scopes = str(organiser.account.id), organiser_scopes(organiser.grants, target.conference)
    if not scopes:
        raise NotFound
    key = access.list_signing_keys(db)[0]
    return mint(
        private_key_pem=key.private_pem,
        kid=key.kid,
        audience=target.audience,
        conference=target.conference,
        subject=subject,
        scopes=scopes,
        now=now,
    )
