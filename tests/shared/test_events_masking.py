"""What an operator sees of an event that went wrong: enough to mend it, and never a name."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.bus.masking import MASK, masked, shown
from shared.bus.tables import Inbox
from shared.contracts.registration import AttendeeEntitled, AttendeeStated

NAME = "Zoë Ångström"
AT = datetime(2026, 11, 26, 9, tzinfo=UTC)
PERSON = str(uuid4())
ATTENDEE: dict[str, Any] = {
    "version": 3,
    "attendee_id": PERSON,
    "conference_id": str(uuid4()),
    "display_name": NAME,
    "institution": NAME,
    "country": "BE",
    "category": "speaker",
    "day_ids": [str(uuid4()), str(uuid4())],
    "state": "approved",
}


def envelope(data: Any = ATTENDEE, **changes: Any) -> bytes:
    attributes = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "/plenary/registration",
        "type": AttendeeStated.TYPE,
        "subject": PERSON,
        "time": AT.isoformat(),
        "sequence": 3,
        "dataclass": "personal",
        "data": data,
        **changes,
    }
    return json.dumps({name: value for name, value in attributes.items() if value is not None}).encode()


def parked(raw: bytes, reason: str = "", **facts: Any) -> Inbox:
    plain = {"state": "parked", "type": AttendeeStated.TYPE, "subject": PERSON, "sequence": 3, "attempts": 10}
    return Inbox(
        event_id=uuid4(),
        generation="",
        raw=raw,
        reason=reason,
        received_at=AT,
        **{**plain, **facts},
    )


def test_of_a_personal_event_ids_version_state_and_instants_are_shown_and_nothing_else() -> None:
    seen = shown(parked(envelope({**ATTENDEE, "since": "2026-11-26T09:00:00+01:00", "born": "1990-02-03"})))
    assert seen.is_masked
    kept = {"version", "attendee_id", "conference_id", "day_ids", "state", "since"}
    assert {name for name, value in seen.data.items() if value != MASK} == kept
    assert seen.data["day_ids"] == ATTENDEE["day_ids"]
    assert (seen.subject, seen.sequence, seen.attempts) == (PERSON, 3, 10)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"dataclass": None},
        {"dataclass": "none"},  # what its type is known to hold counts more
        {"type": AttendeeStated.TYPE.replace(".v1", ".v2"), "dataclass": "pseudonymous"},
        {"type": "plenary.registration.guest.stated.v1", "dataclass": "personal"},
        {"subject": NAME},
    ],
)
def test_an_event_that_may_be_personal_is_masked_whatever_it_says_of_itself(changes: dict[str, Any]) -> None:
    row = parked(envelope(**changes), subject=changes.get("subject", PERSON))
    assert NAME not in str(shown(row))
    assert "BE" not in str(shown(row).data)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (
            f"IntegrityError: Key (name)=({NAME}) already exists.\n[parameters: ('{NAME}',)]",
            f"IntegrityError: {MASK}",
        ),
        (f"KeyError: '{NAME}'", f"KeyError: {MASK}"),
        (f"{NAME} broke it: so it is", MASK),
        ("unknown version: plenary.registration.attendee.stated.v2", None),
        ("whatever process took it ended each time", None),
        (f"ValueError: {AttendeeStated.TYPE}: {{'display_name': ['Not a valid string.']}}", None),
    ],
)
def test_the_reason_of_a_personal_event_quotes_nothing_of_it(reason: str, told: str | None) -> None:
    assert shown(parked(envelope(), reason)).reason == (told or reason)


def test_a_database_that_quotes_its_parameters_is_cut_short_for_other_events_too() -> None:
    raw = envelope(type=AttendeeEntitled.TYPE, dataclass="pseudonymous")
    row = parked(
        raw, f"IntegrityError: a key is there\nDETAIL: ({NAME})\n[parameters]", type=AttendeeEntitled.TYPE
    )
    assert shown(row).reason == "IntegrityError: a key is there"
    assert shown(row).data["display_name"] == NAME  # it is not what such an event holds, and so not hidden


@pytest.mark.parametrize(
    "raw",
    [
        NAME.encode(),
        b"\xff" + NAME.encode(),
        json.dumps({"name": NAME}).encode(),
        b"[" * 30_000,
        b"",
        envelope(NAME),
    ],
)
def test_of_bytes_that_tell_no_event_only_size_and_hash_are_shown(raw: bytes) -> None:
    row = parked(raw, "not an event: because of this, and of that, " + NAME, type="", subject="")
    seen = shown(row)
    assert (seen.data, seen.size, len(seen.sha256)) == (None, len(raw), 64)
    assert seen.reason == "not an event: because of this, and of th…"
    assert NAME not in str(seen)


values = st.recursive(
    st.text(min_size=3, max_size=12).map(lambda text: f"Ñ{text}")
    | st.integers(min_value=1000)
    | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8) | st.just("state"), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(values)
def test_no_text_and_no_number_gets_through_whatever_the_shape(value: Any) -> None:
    left = json.dumps(masked(value, "display_name"), ensure_ascii=False)
    assert "Ñ" not in left
    assert not any(mark.isdigit() for text in _leaves(masked(value, "display_name")) for mark in text), left


def _leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in _leaves(inner)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in _leaves(inner)]
    return [str(value)]
