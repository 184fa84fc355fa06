"""One `sessions` service on SQLite, with a real signing key, so that pages and API are asked as people ask them."""

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey
from sqlalchemy import select
from werkzeug.test import Client

from services.sessions import demo
from services.sessions.app import SERVICE
from services.sessions.models import Conference
from shared.auth.handoff import COOKIE
from shared.auth.principal import ORGANISER_SCOPES, PARTICIPANT_SCOPES, PLATFORM_SCOPE
from shared.auth.tables import VerificationKey
from shared.auth.tokens import mint
from shared.bus.tables import Outbox
from shared.clock import now
from shared.db import Database
from shared.ids import new_id
from tests.harness import SteppedStack

DAY_ONE = date(2026, 11, 26)
SLUG = demo.SLUG


class House:
    """The service, and browsers of people with and without rights."""

    def __init__(self, folder: Path, pem: str) -> None:
        self.stack = SteppedStack({"DATA": str(folder)}, [SERVICE])
        self.database: Database = self.stack.service("sessions").database
        self.visitor: Client = self.stack.new_client()
        self._pem = pem

    def prepare(self) -> None:
        self.stack.prepare()
        public = OKPKey.import_key(self._pem).as_dict(private=False)
        with self.database.write() as db:
            db.add(VerificationKey(kid="k1", issuer="plenary/registration", x=str(public["x"]), version=1))

    def seed(self) -> None:
        with self.database.write() as db:
            demo.seed(db, day_one=DAY_ONE, now=now())

    def organiser(self, conference: str = SLUG) -> Client:
        return self.client(ORGANISER_SCOPES, conference)

    def platform(self) -> Client:
        return self.client(frozenset({PLATFORM_SCOPE}), None)

    def participant(
        self, attendee_id: UUID, conference: str = SLUG, issued: timedelta = timedelta(0)
    ) -> Client:
        return self.client(PARTICIPANT_SCOPES, conference, attendee_id, issued)

    def client(
        self,
        scopes: frozenset[str],
        conference: str | None,
        subject: UUID | None = None,
        issued: timedelta = timedelta(0),
    ) -> Client:
        """Somebody's browser; `issued` is how far from now its token was made."""
        token = mint(
            private_key_pem=self._pem,
            kid="k1",
            audience="sessions",
            conference=conference,
            subject=str(subject or new_id()),
            scopes=scopes,
            now=now() + issued,
        )
        client = self.stack.new_client()
        client.set_cookie(COOKIE, token, path="/sessions")
        return client

    def conference(self, slug: str = SLUG) -> Conference:
        with self.database.read() as db:
            return db.scalars(select(Conference).where(Conference.slug == slug)).one()

    def events(self, after: int = 0) -> list[Outbox]:
        """What was told to the other services, in order."""
        with self.database.read() as db:
            return list(db.scalars(select(Outbox).where(Outbox.seq > after).order_by(Outbox.seq)))

    def last_event(self) -> int:
        told = self.events()
        return told[-1].seq if told else 0


def make_key() -> str:
    """A fresh Ed25519 private key as PEM."""
    return (
        Ed25519PrivateKey.generate()
        .private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        .decode()
    )


@pytest.fixture(scope="session")
def signing_key() -> str:
    return make_key()


@pytest.fixture(scope="session")
def empty_folder(tmp_path_factory: pytest.TempPathFactory, signing_key: str) -> Path:
    """A migrated database that trusts the signing key, to be copied."""
    folder = tmp_path_factory.mktemp("sessions-empty")
    built = House(folder, signing_key)
    built.prepare()
    built.stack.close()
    return folder


@pytest.fixture(scope="session")
def seeded_folder(tmp_path_factory: pytest.TempPathFactory, empty_folder: Path, signing_key: str) -> Path:
    """The same with the demonstration conference, to be copied."""
    folder = tmp_path_factory.mktemp("sessions-seeded")
    built = House(copied(empty_folder, folder), signing_key)
    built.seed()
    built.stack.close()
    return folder


def copied(source: Path, target: Path) -> Path:
    for path in source.glob("*.db*"):
        shutil.copy(path, target / path.name)
    return target


@pytest.fixture
def house(tmp_path: Path, empty_folder: Path, signing_key: str) -> Iterator[House]:
    built = House(copied(empty_folder, tmp_path), signing_key)
    yield built
    built.stack.close()


@pytest.fixture
def seeded(tmp_path: Path, seeded_folder: Path, signing_key: str) -> Iterator[House]:
    """The house with the demonstration conference, at 09:45 of its first day."""
    built = House(copied(seeded_folder, tmp_path), signing_key)
    yield built
    built.stack.close()
