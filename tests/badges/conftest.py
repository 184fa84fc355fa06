"""badges alone, with empty tables, on both databases."""

from collections.abc import Callable, Iterator

import pytest
from werkzeug.test import Client

from services.badges.app import SERVICE
from shared.runtime import Runtime
from tests.alone import alone
from tests.badges.door import conference_at, paired
from tests.badges.facts import hear, make_attendee
from tests.badges.tokens import trust_test_key, with_token
from tests.facts import ATTENDEE, SECOND, SLUG

SignIn = Callable[..., Client]


@pytest.fixture
def badges(lone_environ: dict[str, str]) -> Iterator[Runtime]:
    with alone(SERVICE, lone_environ) as runtime:
        trust_test_key(runtime)
        yield runtime


@pytest.fixture
def organiser(badges: Runtime) -> Client:
    return with_token(badges, scopes={"badge:print"}, conference=SLUG)


@pytest.fixture
def attendee(badges: Runtime) -> Client:
    return with_token(badges, scopes={"reg:self"}, conference=SLUG, subject=str(ATTENDEE))


@pytest.fixture
def door_of(badges: Runtime) -> Runtime:
    """The closed day at ten, and two people who are registered for it."""
    hear(badges, conference_at("10:00"), make_attendee())
    hear(badges, make_attendee(attendee_id=SECOND, display_name="Ὀδυσσεὺς Ἰθακήσιος", category="jury"))
    return badges


@pytest.fixture
def phone(door_of: Runtime) -> Client:
    return paired(door_of)
