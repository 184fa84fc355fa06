"""Browsers that are signed in, without the service that signs people in."""

from collections.abc import Iterable
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import OKPKey
from werkzeug.test import Client

from shared.auth.handlers import on_signing_keys_stated
from shared.auth.handoff import COOKIE
from shared.auth.tokens import ISSUER, mint
from shared.contracts.registration import KeyFact, SigningKeysStated
from shared.ids import new_id
from shared.runtime import Runtime

KID = "test"
PEM = (
    Ed25519PrivateKey.from_private_bytes(bytes(32))
    .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    .decode("ascii")
)


def trust_test_key(runtime: Runtime) -> None:
    key = KeyFact(kid=KID, x=str(OKPKey.import_key(PEM).as_dict(private=False)["x"]))
    with runtime.database.write() as db:
        on_signing_keys_stated(db, SigningKeysStated(version=1, issuer=ISSUER, keys=(key,)))


def with_token(
    runtime: Runtime, *, scopes: Iterable[str], conference: str, subject: str | None = None
) -> Client:
    """A browser that holds a token for badges."""
    token = mint(
        private_key_pem=PEM,
        kid=KID,
        audience=runtime.service.name,
        conference=conference,
        subject=subject or str(new_id()),
        scopes=frozenset(scopes),
        now=datetime.now(UTC),
    )
    browser = Client(runtime.app)
    browser.set_cookie(COOKIE, token, path=runtime.service.path)
    return browser
