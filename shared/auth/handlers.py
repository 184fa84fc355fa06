"""How every service learns which keys to trust and whose tokens are void."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import delete, func, select

from shared.auth.tables import RevokedHolder, VerificationKey
from shared.bus.generation import WHOLE, ReadModels
from shared.contracts.base import Event
from shared.contracts.registration import AccessRevoked, SigningKeysStated
from shared.db import Transaction


def on_signing_keys_stated(db: Transaction, event: SigningKeysStated) -> None:
    """Replace the issuer's key set by a newer one."""
    version = db.scalar(
        select(func.max(VerificationKey.version)).where(VerificationKey.issuer == event.issuer)
    )
    if version is not None and version >= event.version:
        return
    db.execute(delete(VerificationKey).where(VerificationKey.issuer == event.issuer))
    for key in event.keys:
        db.add(VerificationKey(kid=key.kid, issuer=event.issuer, x=key.x, version=event.version))


def on_access_revoked(db: Transaction, event: AccessRevoked) -> None:
    """Refuse the holder's older tokens."""
    row = db.get(RevokedHolder, event.holder_id)
    if row is None:
        db.add(RevokedHolder(holder_id=event.holder_id, not_before=event.not_before, version=event.version))
    elif row.version < event.version:
        row.not_before, row.version = event.not_before, event.version


AUTH_HANDLERS: Mapping[type[Event], Callable[[Transaction, Any], None]] = {
    SigningKeysStated: on_signing_keys_stated,
    AccessRevoked: on_access_revoked,
}
AUTH_READ_MODELS: ReadModels = {VerificationKey: WHOLE, RevokedHolder: WHOLE}
