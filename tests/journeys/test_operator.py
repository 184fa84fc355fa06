"""The operator's commands and pages on the real services of both set-ups."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from services.events import events
from services.sessions.errors import SlugTaken
from services.sessions.rules.naming import require_slug
from services.settings import NAMES
from shared.auth.handoff import PATHS
from shared.clock import now
from tests.harness import SteppedStack
from tests.journeys.people import Organiser
from tests.shared.test_events_masking import NAME
from tests.shared.test_events_masking import envelope as attendee


def command(stack: SteppedStack, *arguments: str) -> Result:
    return CliRunner().invoke(events, arguments, env=stack.environ)


def lines(stack: SteppedStack, *arguments: str) -> list[str]:
    done = command(stack, *arguments)
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


def test_an_operator_sees_what_is_parked_mends_it_and_has_it_tried_again(stack: SteppedStack) -> None:
    inbox = stack.service("badges").inbox
    assert lines(stack, "parked", "list", "badges") == ["badges: nothing is parked"]
    _, (event_id, _) = inbox.park(attendee(), "the broker gave up after many deliveries")
    inbox.receive(b"\xff" + NAME.encode())
    said = lines(stack, "status", "badges", "sessions")
    assert [line for line in said if not line.startswith(" ")] == ["badges", "sessions"]
    assert "  inbox    0 will be tried again; 2 parked" in said
    is_deployed = stack.environ["PLENARY_BUS_URL"].startswith("amqp")
    assert said.count("  broker   holds 0 not taken yet, and 0 it gave up") == 2 * is_deployed
    listed = lines(stack, "parked", "list", "badges")
    assert len(listed) == 2
    assert any("registration.attendee.stated.v1  the broker gave up" in line for line in listed)
    shown = command(stack, "parked", "show", "badges", str(event_id)).output
    assert NAME not in shown
    assert json.loads(shown)["data"]["display_name"] == "•••"
    assert lines(stack, "parked", "retry", "badges", str(event_id)) == ["badges: 1 event is tried again"]
    stack.settle()
    assert lines(stack, "parked", "retry", "badges", "--all") == ["badges: 1 event is tried again"]
    stack.settle()
    assert len(lines(stack, "parked", "list", "badges")) == 1  # nobody can read that, so it came back


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("parked", "show", "badges", str(uuid4())), "badges has no such event parked"),
        (("parked", "retry", "badges", str(uuid4())), "nothing was changed"),
        (("parked", "retry", "badges"), "name the events, or say --all"),
        (("parked", "retry", "badges", "--all", str(uuid4())), "name the events, or say --all"),
        (("parked", "show", "badges", "seven"), "not a valid UUID"),
        (("resend", "sessions", "--since", "yesterday"), "yesterday is no time such as"),
        (("status", "nowhere"), "nowhere"),
    ],
)
def test_a_command_that_cannot_do_its_work_says_why(
    embedded_environ: dict[str, str], arguments: tuple[str, ...], reason: str
) -> None:
    done = CliRunner().invoke(events, arguments, env=embedded_environ)
    assert done.exit_code != 0
    assert reason in done.output


def test_a_database_that_is_away_is_a_sentence(embedded_environ: dict[str, str]) -> None:
    away = {"PLENARY_BADGES_DATABASE_URL": "postgresql+psycopg://badges:secret@127.0.0.1:1/badges"}
    done = CliRunner().invoke(events, ("status", "badges"), env={**embedded_environ, **away})
    assert done.exit_code == 1
    assert done.output.startswith("Error: the database of badges does not answer: ")
    assert "secret" not in done.output


def test_everything_is_sent_or_told_once_more_on_demand(stack: SteppedStack) -> None:
    tomorrow = (now() + timedelta(days=1)).isoformat()
    stack.settle()
    assert lines(stack, "resend", "all", "--since", tomorrow) == [
        f"{name}: 0 events are sent once more" for name in NAMES
    ]
    (said,) = lines(stack, "resend", "registration")
    assert said == "registration: 1 event is sent once more"  # its keys
    (said,) = lines(stack, "replay", "registration", "badges")
    assert said.startswith("registration: 1 events go to badges again, as generation ")
    stack.settle()


def test_an_operator_finds_the_page_of_every_service_and_no_conference_can_stand_there(
    stack: SteppedStack,
) -> None:
    operator = Organiser(stack)
    stack.settle()
    assert 'href="/registration/manage/events"' in operator.page.text
    is_deployed = stack.environ["PLENARY_BUS_URL"].startswith("amqp")
    for path in PATHS.values():
        page = operator.open(f"{path}/manage/events")
        assert (page.status_code, page.request.path) == (200, f"{path}/manage/events")
        assert "Nothing waits, nothing is parked." in page.text
        assert ("wait at the broker" in page.text) == is_deployed
    with pytest.raises(SlugTaken):
        require_slug("events")
