"""The keys that tokens are checked with, and the holders whose older tokens are void."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Integer, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Instant, Plumbing


class VerificationKey(Plumbing):
    """A public key of an issuer; `version` is that of the key set it came with."""

    __tablename__ = "verification_keys"

    kid: Mapped[str] = mapped_column(String(60), primary_key=True)
    issuer: Mapped[str] = mapped_column(String(60))
    x: Mapped[str] = mapped_column(String(60))
    version: Mapped[int] = mapped_column(Integer)


class RevokedHolder(Plumbing):
    """Tokens of this holder that were issued before `not_before` are refused."""

    __tablename__ = "revoked_holders"

    holder_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    not_before: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(Integer)
