"""Tokens from `registration` to the other services: JWTs signed with Ed25519, checked without asking back."""

import threading
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey
from sqlalchemy import select

from shared.auth.principal import Principal
from shared.auth.tables import RevokedHolder, VerificationKey
from shared.db import Database
from shared.ids import hash_secret

ALGORITHM = "Ed25519"
ISSUER = "plenary/registration"
LIFE = timedelta(minutes=10)
LEEWAY = timedelta(seconds=30)
GRACE = timedelta(hours=12)


class TokenExpired(Exception):
    """The token was good until a while ago; its holder may be asked to renew it."""


def mint(
    *,
    private_key_pem: str,
    kid: str,
    audience: str,
    conference: str | None,
    subject: str,
    scopes: frozenset[str],
    now: datetime,
) -> str:
    """A token for one service and one conference, good for ten minutes."""
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": audience,
        "sub": subject,
        "scope": " ".join(sorted(scopes)),
        "iat": int(now.timestamp()),
        "exp": int((now + LIFE).timestamp()),
    }
    if conference:
        claims["conference"] = conference
    key = OKPKey.import_key(private_key_pem)
    return jwt.encode({"alg": ALGORITHM, "typ": "at+jwt", "kid": kid}, claims, key, algorithms=[ALGORITHM])


class TokenVerifier:
    """Checks tokens for one audience; a token that has verified once is remembered until it expires."""

    def __init__(self, database: Database, audience: str) -> None:
        self._database = database
        self._audience = audience
        self._known: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def verify(self, token: str, now: datetime) -> Principal | None:
        """The principal of a good token, None for a bad one; raises TokenExpired within 12 hours of expiry."""
        claims = self._claims(token)
        if claims is None or self._is_revoked(claims):
            return None
        expires = datetime.fromtimestamp(claims["exp"], tz=now.tzinfo)
        if now > expires + LEEWAY:
            if now < expires + GRACE:
                raise TokenExpired
            return None
        return Principal(
            subject=claims["sub"],
            conference=claims.get("conference"),
            scopes=frozenset(str(claims.get("scope", "")).split()),
        )

    def _claims(self, token: str) -> dict[str, Any] | None:
        digest = hash_secret(token)
        with self._lock:
            known = self._known.get(digest)
        if known is not None:
            return known
        claims = self._read(token)
        if claims is not None:
            with self._lock:
                if len(self._known) > 5000:
                    self._known.clear()
                self._known[digest] = claims
        return claims

    def _read(self, token: str) -> dict[str, Any] | None:
        with self._database.read() as db:
            stored = db.scalars(select(VerificationKey))
            keys: list[dict[str, str | list[str]]] = [
                {"kty": "OKP", "crv": "Ed25519", "kid": key.kid, "x": key.x} for key in stored
            ]
        try:
            read = jwt.decode(token, KeySet.import_key_set({"keys": keys}), algorithms=[ALGORITHM])
        except (JoseError, ValueError, TypeError, KeyError):
            return None
        claims = read.claims
        good = (
            read.header.get("typ") == "at+jwt"
            and claims.get("iss") == ISSUER
            and claims.get("aud") == self._audience
            and isinstance(claims.get("exp"), int)
            and isinstance(claims.get("iat"), int)
            and isinstance(claims.get("sub"), str)
        )
        return claims if good else None

    def _is_revoked(self, claims: dict[str, Any]) -> bool:
        try:
            holder = UUID(claims["sub"])
        except ValueError:
            return True
        with self._database.read() as db:
            revoked = db.get(RevokedHolder, holder)
        return revoked is not None and claims["iat"] < int(revoked.not_before.timestamp())
