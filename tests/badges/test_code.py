"""The signed code: its vectors, every bit of it, and whatever else a scanner may read."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import base45
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from services.badges.errors import BadgeRefused
from services.badges.models import Day
from services.badges.rules import (
    CODE_BYTES,
    PREFIX,
    REASONS,
    BadgeFacts,
    badge_window,
    codes,
    read_code,
    sign_code,
)
from tests.facts import at

VECTORS = json.loads((Path(__file__).parent / "vectors" / "vectors.json").read_text("utf-8"))
README = (Path(__file__).parent / "vectors" / "README.md").read_text("utf-8")
ROWS = {row["name"]: row for row in VECTORS["rows"]}
KEY = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VECTORS["private_key"]))
KEYS = {VECTORS["key_id"]: KEY.public_key()}
NUMBER = VECTORS["conference_number"]
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def read(code: str, now: datetime) -> BadgeFacts:
    return read_code(code, keys=KEYS, conference_number=NUMBER, now=now)


def expected(row: dict[str, Any]) -> BadgeFacts:
    window = {name: moment(row["facts"][name]) for name in ("not_before", "not_after")}
    return BadgeFacts(**{**row["facts"], **window})


@pytest.mark.parametrize("row", VECTORS["rows"], ids=lambda row: row["name"])
def test_vector(row: dict[str, Any]) -> None:
    if row["reason"] is None:
        assert read(row["code"], moment(row["now"])) == expected(row)
        assert sign_code(KEY, expected(row)) == row["code"]
    else:
        with pytest.raises(BadgeRefused) as refused:
            read(row["code"], moment(row["now"]))
        assert refused.value.reason == row["reason"]


def test_every_row_is_explained() -> None:
    for name, row in ROWS.items():
        assert f"| `{name}` | {row['reason'] or 'valid'} | {row['why']} |" in README
    assert KEY.public_key().public_bytes_raw().hex() == VECTORS["public_key"]


def test_every_flipped_bit_is_refused() -> None:
    row = ROWS["valid"]
    raw = base45.b45decode(row["code"].removeprefix(PREFIX))
    reasons = set()
    for bit in range(8 * CODE_BYTES):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BadgeRefused) as refused:
            read(PREFIX + base45.b45encode(bytes(changed)).decode("ascii"), moment(row["now"]))
        reasons.add(refused.value.reason)
    assert 8 * CODE_BYTES == 696
    assert reasons == {"invalid", "unknown_key", "other_conference", "bad_signature"}


@given(st.one_of(st.text(), st.text(SIGNS, min_size=131, max_size=131).map(PREFIX.__add__)))
def test_whatever_is_read_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadgeRefused) as refused:
        read(text, moment(ROWS["valid"]["now"]))
    assert refused.value.reason in REASONS


@given(st.binary(min_size=CODE_BYTES, max_size=CODE_BYTES))
def test_random_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(BadgeRefused):
        read(PREFIX + base45.b45encode(raw).decode("ascii"), moment(ROWS["valid"]["now"]))


@given(
    badge=st.integers(0, 2**64 - 1),
    number=st.integers(0, 2**32 - 1),
    klass=st.integers(0, 255),
    start=st.datetimes(datetime(1971, 1, 1), datetime(2090, 1, 1)),
    minutes=st.integers(1, 10_000),
)
def test_what_was_signed_is_read(badge: int, number: int, klass: int, start: datetime, minutes: int) -> None:
    not_before = start.replace(second=0, microsecond=0, tzinfo=at("00:00").tzinfo)
    facts = BadgeFacts(
        key_id=1,
        conference_number=number,
        badge_id=f"{badge:016x}",
        not_before=not_before,
        not_after=not_before + timedelta(minutes=minutes),
        klass=klass,
    )
    code = sign_code(KEY, facts)
    assert len(code) == codes.CODE_LENGTH == 135
    assert set(code) <= set(SIGNS)
    assert read_code(code, keys=KEYS, conference_number=number, now=not_before) == facts


def test_window_reaches_twelve_hours_around_the_own_days() -> None:
    first = Day(starts_at=at("09:00"), ends_at=at("18:00"))
    last = Day(starts_at=at("09:00", 27), ends_at=at("23:30", 27) + timedelta(seconds=1))
    assert badge_window([last, first]) == (at("21:00", 25), at("11:31", 28))
    assert badge_window([]) is None


def test_names_of_countries_and_categories() -> None:
    assert [codes.country_name(code) for code in ("GE", "", "Nowhere")] == ["Georgia", "", "Nowhere"]
    assert [codes.category_name(name) for name in ("jury", "night_watch")] == ["Jury", "Night watch"]
