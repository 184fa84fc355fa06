"""streaming_gateway alone, with empty tables, on both databases."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey
from werkzeug.test import Client

from services.streaming_gateway.app import SERVICE
from services.streaming_gateway.media.loop import Clip
from services.streaming_gateway.media.origin_reader import OriginReader
from shared.auth.handlers import on_signing_keys_stated
from shared.auth.handoff import COOKIE
from shared.auth.principal import ORGANISER_SCOPES, PARTICIPANT_SCOPES
from shared.auth.tokens import ISSUER, mint
from shared.clock import now
from shared.contracts.registration import KeyFact, SigningKeysStated
from shared.ids import new_id
from shared.runtime import Runtime
from tests.alone import alone
from tests.facts import ATTENDEE, SLUG
from tests.streaming_gateway.clips import made_clips
from tests.streaming_gateway.origins import LOOPBACK, LiveOrigin, live_origin


@pytest.fixture
def gateway(lone_environ: dict[str, str]) -> Iterator[Runtime]:
    with alone(SERVICE, lone_environ) as runtime:
        yield runtime


@pytest.fixture
def browser(gateway: Runtime) -> Client:
    return Client(gateway.app)


@pytest.fixture
def sign_in(gateway: Runtime) -> Callable[[frozenset[str], UUID], Client]:
    """Makes the browser of somebody with these scopes at the conference."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key = KeyFact(kid="k1", x=str(OKPKey.import_key(pem).as_dict(private=False)["x"]))
    with gateway.database.write() as db:
        on_signing_keys_stated(db, SigningKeysStated(version=1, issuer=ISSUER, keys=(key,)))

    def made(scopes: frozenset[str], subject: UUID) -> Client:
        token = mint(
            private_key_pem=pem.decode(),
            kid="k1",
            audience=SERVICE.name,
            conference=SLUG,
            subject=str(subject),
            scopes=scopes,
            now=now(),
        )
        client = Client(gateway.app)
        client.set_cookie(COOKIE, token, path=SERVICE.path)
        return client

    return made


@pytest.fixture
def operator(sign_in: Callable[[frozenset[str], UUID], Client]) -> Client:
    """The browser of an organiser of the conference."""
    return sign_in(ORGANISER_SCOPES, new_id())


@pytest.fixture
def attendee(sign_in: Callable[[frozenset[str], UUID], Client]) -> Client:
    """The browser of a participant."""
    return sign_in(PARTICIPANT_SCOPES, ATTENDEE)


@pytest.fixture(scope="module")
def clip() -> Clip:
    return made_clips()[1]


@pytest.fixture
def origin(clip: Clip) -> Iterator[LiveOrigin]:
    with live_origin(clip) as served:
        yield served


@pytest.fixture
def reader(origin: LiveOrigin) -> Iterator[OriginReader]:
    made = OriginReader(origin.url, LOOPBACK)
    yield made
    made.close()
