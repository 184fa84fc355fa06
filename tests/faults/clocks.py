"""Decisions about time beside a model of a few lines: tokens, badges and wall clocks."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey

from services.badges.errors import BadgeRefused
from services.badges.rules.codes import BadgeFacts, read_code, sign_code
from shared.auth.handlers import on_signing_keys_stated
from shared.auth.tokens import GRACE, ISSUER, LEEWAY, LIFE, TokenExpired, TokenVerifier, mint
from shared.clock import to_instant
from shared.contracts.registration import KeyFact, SigningKeysStated
from shared.db import Database, Plumbing

MINUTE, DAY = 60, 24 * 60 * 60
ZONE = ZoneInfo("Europe/Brussels")
# Where calendars are odd: summer time ends and begins, a leap day begins and ends, a year turns.
ODD = tuple(
    datetime.fromisoformat(f"{instant}+00:00")
    for instant in (
        "2026-10-25 01:00",
        "2027-03-28 01:00",
        "2028-02-29 00:00",
        "2028-03-01 00:00",
        "2027-01-01 00:00",
    )
)


def instants(chance: random.Random, count: int) -> Iterator[datetime]:
    """Moments around the odd ones, to the second."""
    for _ in range(count):
        yield chance.choice(ODD) + timedelta(seconds=chance.randint(-2 * DAY, 2 * DAY))


def skew(chance: random.Random) -> timedelta:
    """How far two machines' clocks are apart."""
    return timedelta(
        seconds=chance.choice((0, 5 * MINUTE, -5 * MINUTE, DAY, -DAY, chance.randint(-3600, 3600)))
    )


@dataclass
class Verdicts:
    """How many decisions were compared with the model, and those that differ."""

    count: int = 0
    wrong: list[str] = field(default_factory=list)

    def compare(self, what: str, got: str, meant: str) -> None:
        self.count += 1
        if got != meant:
            self.wrong.append(f"{what}: {got} instead of {meant}")


def judge_tokens(folder: Path, chance: random.Random, count: int, verdicts: Verdicts) -> None:
    """A token is good for ten minutes and half of one, then renewable for twelve hours, by the verifier's clock."""
    database = Database(f"sqlite:///{folder}/tokens.db")
    Plumbing.metadata.create_all(database.engine)
    kind = serialization
    pem = (
        Ed25519PrivateKey.generate()
        .private_bytes(kind.Encoding.PEM, kind.PrivateFormat.PKCS8, kind.NoEncryption())
        .decode()
    )
    x = str(OKPKey.import_key(pem).as_dict(private=False)["x"])
    with database.write() as db:
        keys = (KeyFact(kid="k1", x=x),)
        on_signing_keys_stated(db, SigningKeysStated(version=1, issuer=ISSUER, keys=keys))
    verifier = TokenVerifier(database, "badges")
    for made in instants(chance, count):
        token = mint(
            private_key_pem=pem,
            kid="k1",
            audience="badges",
            conference="x",
            subject="018f0000-0000-7000-8000-000000000001",
            scopes=frozenset(),
            now=made,
        )
        for edge in (timedelta(0), LIFE + LEEWAY, LIFE + GRACE, LIFE, skew(chance)):
            at = made + edge + timedelta(seconds=chance.choice((-1, 0, 1)))
            late = int(at.timestamp()) - int(made.timestamp())
            meant = "good" if late <= 630 else "renew" if late < 600 + 43_200 else "bad"
            verdicts.compare(f"token {late} s old", _verdict(verifier, token, at), meant)
    database.close()


def _verdict(verifier: TokenVerifier, token: str, at: datetime) -> str:
    try:
        return "good" if verifier.verify(token, at) is not None else "bad"
    except TokenExpired:
        return "renew"


def judge_badges(chance: random.Random, count: int, verdicts: Verdicts) -> None:
    """Valid from the minute it begins to the one before it ends, whatever the wall clock does in between."""
    key = Ed25519PrivateKey.generate()
    for begins in instants(chance, count):
        first = int(begins.timestamp()) // 60
        last = first + chance.randint(1, 3 * DAY // 60)
        facts = BadgeFacts(
            key_id=1,
            conference_number=7,
            badge_id=f"{chance.getrandbits(64):016x}",
            not_before=datetime.fromtimestamp(first * 60, UTC),
            not_after=datetime.fromtimestamp(last * 60, UTC),
        )
        code = sign_code(key, facts)
        for edge in (first * 60, last * 60, chance.randint(first * 60 - DAY, last * 60 + DAY)):
            second = edge + chance.choice((-1, 0, 1))
            at = datetime.fromtimestamp(second, UTC).astimezone(ZONE)
            meant = "not_yet" if second < first * 60 else "expired" if second >= last * 60 else "valid"
            try:
                read_code(code, keys={1: key.public_key()}, conference_number=7, now=at)
                got = "valid"
            except BadgeRefused as error:
                got = error.reason
            verdicts.compare(f"badge at {at}", got, meant)


def judge_wall_clocks(chance: random.Random, count: int, verdicts: Verdicts) -> None:
    """A wall-clock time is the one instant that shows it; where none or two do, it is refused."""
    for instant in instants(chance, count):
        local = instant.astimezone(ZONE).replace(tzinfo=None, fold=0)
        local += timedelta(minutes=chance.choice((0, 0, 60, -60)))
        around = (local.replace(tzinfo=UTC) - timedelta(hours=hours) for hours in (1, 2))
        shown = [one for one in around if one.astimezone(ZONE).replace(tzinfo=None, fold=0) == local]
        meant = shown[0].isoformat() if len(shown) == 1 else "refused"
        try:
            got = to_instant(local, str(ZONE)).isoformat()
        except ValueError:
            got = "refused"
        verdicts.compare(f"{local} on the wall", got, meant)
