"""The operator's page: what it says, whom it lets in, and what its buttons do."""

import pytest
from sqlalchemy import update

from shared.bus.tables import Inbox
from tests.shared.test_bus import envelope
from tests.shared.test_events_masking import AT, ATTENDEE, NAME, parked
from tests.shared.test_events_masking import envelope as attendee
from tests.shared.test_web import Toy

PAGE = "/badges/manage/events"


@pytest.fixture
def toy(tmp_path: object) -> Toy:
    return Toy(tmp_path)


@pytest.fixture
def operator(toy: Toy) -> Toy:
    toy.sign_in(conference=None, scopes=frozenset({"platform"}))
    return toy


def park(toy: Toy, row: Inbox) -> str:
    with toy.database.write() as db:
        db.add(row)
    return str(row.event_id)


def states(toy: Toy) -> list[str]:
    with toy.database.read() as db:
        return sorted(row.state for row in db.query(Inbox))


def test_an_empty_page_says_that_all_is_well(operator: Toy) -> None:
    page = operator.client.get(PAGE)
    assert page.status_code == 200
    assert "Nothing waits, nothing is parked." in page.text


def test_only_whoever_runs_the_platform_gets_in(toy: Toy) -> None:
    event_id = park(toy, parked(attendee(), "KeyError: 1"))
    doors = (("GET", PAGE), ("POST", PAGE), ("GET", f"{PAGE}/{event_id}"), ("POST", f"{PAGE}/{event_id}"))
    for who in (
        {"conference": None, "scopes": frozenset({"agenda:manage"})},
        {"scopes": frozenset({"platform"})},
    ):
        toy.sign_in(**who)
        for method, path in doors:
            assert toy.client.open(path, method=method).status_code in (303, 403, 404)
    assert states(toy) == ["parked"]


def test_parked_events_are_listed_and_shown_without_a_name(operator: Toy) -> None:
    event_id = park(operator, parked(attendee(), f"KeyError: '{NAME}'"))
    for path in (PAGE, f"{PAGE}/{event_id}"):
        page = operator.client.get(path)
        assert page.status_code == 200
        assert "registration.attendee.stated.v1" in page.text
        assert "KeyError: •••" in page.text
        assert NAME not in page.text
    assert ATTENDEE["attendee_id"] in page.text


def test_what_is_still_being_tried_is_told_with_its_newest_reason(operator: Toy) -> None:
    row = parked(attendee(), f"ConnectionError: {NAME}", state="retry", next_at=AT)
    park(operator, row)
    park(
        operator, parked(attendee(), "waits for an earlier event of the same subject", state="retry", turn=1)
    )
    page = operator.client.get(PAGE).text
    assert "ConnectionError: •••" in page
    assert "waits for an earlier event" not in page
    assert NAME not in page


def test_what_nobody_can_read_has_a_page_too(operator: Toy) -> None:
    event_id = park(operator, parked(b"\xff\x00" + NAME.encode(), "not JSON: at all", type="", subject=""))
    page = operator.client.get(f"{PAGE}/{event_id}")
    assert "Not readable" in page.text
    assert NAME not in page.text


def test_one_event_is_tried_again_by_its_button_and_all_by_the_other(operator: Toy) -> None:
    first = park(operator, parked(attendee(), "KeyError: 1"))
    park(operator, parked(envelope(), "KeyError: 2", subject="other"))
    answer = operator.client.post(f"{PAGE}/{first}")
    assert (answer.status_code, answer.location) == (303, f"{PAGE}?again=1")
    assert states(operator) == ["parked", "retry"]
    assert "being tried again" in operator.client.get(answer.location).text
    operator.client.post(PAGE)
    assert states(operator) == ["retry", "retry"]


def test_an_event_that_is_not_parked_any_more_has_no_page(operator: Toy) -> None:
    event_id = park(operator, parked(attendee(), "KeyError: 1"))
    with operator.database.write() as db:
        db.execute(update(Inbox).values(state="done"))
    assert operator.client.get(f"{PAGE}/{event_id}").status_code == 404
    assert operator.client.post(f"{PAGE}/{event_id}").status_code == 404
    assert states(operator) == ["done"]


def test_no_other_site_can_press_the_button(operator: Toy) -> None:
    park(operator, parked(attendee(), "KeyError: 1"))
    answer = operator.client.post(PAGE, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert states(operator) == ["parked"]
