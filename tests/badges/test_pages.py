"""The attendee's badge, and the organisers' list and print."""

import io
from typing import Any
from uuid import UUID

import pypdf
import pytest
from sqlalchemy import select
from werkzeug.test import Client

from services.badges import queries
from services.badges.models import PrintLog
from shared.runtime import Runtime
from tests.badges.facts import hear, make_attendee, make_slot
from tests.badges.tokens import with_token
from tests.facts import (
    ATTENDEE,
    CONFERENCE,
    OPEN_DAY,
    SECOND,
    SLUG,
    make_cancellation,
    make_conference,
    make_erasure,
)

ME, PDF = f"/badges/{SLUG}/me", f"/badges/{SLUG}/me.pdf"
LIST, PRINT = f"/badges/manage/{SLUG}/", f"/badges/manage/{SLUG}/print"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
PEOPLE = (
    ("Żaneta Ørsted", "Berg", "PL"),
    ("Anna Zilver", "Zaal", "GE"),
    ("ریم 王", "Aalst", "BE"),
)


@pytest.fixture
def three(badges: Runtime) -> Runtime:
    """A conference with three badges and somebody who lost theirs."""
    hear(badges, make_conference(), make_slot())
    for number, (name, institution, country) in enumerate(PEOPLE):
        attendee = ATTENDEE if number == 0 else UUID(int=100 + number)
        hear(
            badges,
            make_attendee(attendee_id=attendee, display_name=name, institution=institution, country=country),
        )
    hear(badges, make_attendee(attendee_id=SECOND, display_name="Carlo Perdu"))
    hear(badges, make_attendee(attendee_id=SECOND, display_name="Carlo Perdu", version=2, state="cancelled"))
    return badges


def badge_id_of(badges: Runtime, name: str) -> str:
    with badges.database.read() as db:
        rows = queries.list_rows(db, CONFERENCE)
    return next(row.badge.badge_id for row in rows if row.badge and row.holder.display_name == name)


def names_on(pdf: bytes) -> list[str]:
    """Of each sheet the institution, which is unlike all others."""
    texts = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    return [next(place for _, place, _ in PEOPLE if place in text) for text in texts]


def prints(badges: Runtime) -> list[bool]:
    with badges.database.read() as db:
        return list(db.scalars(select(PrintLog.reprint).order_by(PrintLog.at, PrintLog.id)))


def test_own_badge_shows_name_code_and_days(three: Runtime, attendee: Client) -> None:
    page = attendee.get(ME)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    for words in (
        "Żaneta Ørsted",
        "Berg",
        "Poland",
        "Weaving &lt;nets&gt;",
        "Workshop day",
        "Open day",
        "badge-card",
    ):
        assert words in page.text
    assert '<path d="M' in page.text
    assert "Save as PDF" in page.text


def test_own_badge_as_pdf(three: Runtime, attendee: Client) -> None:
    saved = attendee.get(PDF)
    assert (saved.status_code, saved.mimetype) == (200, "application/pdf")
    assert saved.headers["Content-Disposition"] == 'attachment; filename="badge.pdf"'
    assert names_on(saved.data) == ["Berg"]
    assert prints(three) == []


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ((), "Your badge is being prepared"),
        ((make_attendee(day_ids=()),), "Your badge is being prepared"),
        ((make_attendee(), make_attendee(version=2, state="cancelled")), "You have no valid badge"),
        ((make_attendee(), make_erasure()), "You have no valid badge"),
    ],
)
def test_without_a_badge_the_page_says_why(
    badges: Runtime, attendee: Client, events: Any, words: str
) -> None:
    hear(badges, make_conference(), *events)
    page = attendee.get(ME)
    assert (page.status_code, words in page.text) == (200, True)
    assert '<path d="M' not in page.text.partition("<main")[2]
    assert attendee.get(PDF).status_code == 404


def test_withdrawn_slots_and_other_days_are_not_shown(badges: Runtime, attendee: Client) -> None:
    hear(badges, make_conference(), make_attendee(day_ids=(OPEN_DAY,)), make_slot())
    text = attendee.get(ME).text
    assert "Weaving" not in text
    assert "Workshop day" not in text
    hear(badges, make_attendee(version=2), make_cancellation())
    assert "Weaving" not in attendee.get(ME).text


def test_nobody_else_sees_anything(three: Runtime, attendee: Client, organiser: Client) -> None:
    stranger = Client(three.app)
    for path in (ME, PDF, LIST):
        assert stranger.get(path).status_code == 303
    assert attendee.get(LIST).status_code == 303  # the same person may organise, too
    assert organiser.get(ME).status_code == 404
    assert attendee.post(PRINT, headers=SAME_ORIGIN).status_code == 404
    elsewhere = with_token(three, scopes={"badge:print"}, conference="other")
    assert elsewhere.get(LIST).status_code == 303
    assert elsewhere.post(PRINT, headers=SAME_ORIGIN).status_code == 404


def test_list_counts_searches_and_warns(three: Runtime, organiser: Client) -> None:
    text = organiser.get(LIST).text
    assert "王" in text
    assert "Signs that cannot be printed" in text
    hear(three, make_attendee(attendee_id=SECOND, display_name="Carlo 丁", version=3, state="cancelled"))
    assert "<bdi>丁</bdi>" not in organiser.get(LIST).text
    with three.database.read() as db:
        counts = queries.count_states(db, CONFERENCE)
    assert counts == {"preparing": 0, "unprinted": 3, "printed": 0, "revoked": 1}
    assert rows_of(organiser.get(f"{LIST}?q=ZANETA")) == ["Żaneta Ørsted"]
    assert rows_of(organiser.get(f"{LIST}?q=georgia")) == ["Anna Zilver"]
    assert rows_of(organiser.get(f"{LIST}?state=revoked")) == ["Carlo 丁"]
    assert rows_of(organiser.get(f"{LIST}?q=%25")) == []
    assert "No badge fits this search" in organiser.get(f"{LIST}?q=nobody").text


def rows_of(page: Any) -> list[str]:
    return [part.partition("</bdi>")[0] for part in page.text.split('<th scope="row"><bdi>')[1:]]


@pytest.mark.parametrize("query", ["state=lost", "after=7", "q=%00"])
def test_a_wrong_search_is_refused(three: Runtime, organiser: Client, query: str) -> None:
    assert organiser.get(f"{LIST}?{query}").status_code == 422


@pytest.mark.parametrize(
    ("order", "places"),
    [
        ("name", ["Zaal", "Berg", "Aalst"]),
        ("institution", ["Aalst", "Berg", "Zaal"]),
        ("country", ["Aalst", "Zaal", "Berg"]),
    ],
)
def test_print_all_in_order(three: Runtime, organiser: Client, order: str, places: list[str]) -> None:
    answer = organiser.post(PRINT, data={"which": "all", "order": order}, headers=SAME_ORIGIN)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert names_on(answer.data) == places


def test_prints_are_noted_and_what_is_printed_is_not_printed_again(three: Runtime, organiser: Client) -> None:
    chosen = {"which": "selected", "order": "name", "badge_ids": [badge_id_of(three, "Anna Zilver")]}
    assert names_on(organiser.post(PRINT, data=chosen, headers=SAME_ORIGIN).data) == ["Zaal"]
    rest = organiser.post(PRINT, data={"which": "unprinted", "order": "name"}, headers=SAME_ORIGIN)
    assert names_on(rest.data) == ["Berg", "Aalst"]
    organiser.post(PRINT, data=chosen, headers=SAME_ORIGIN)
    assert prints(three) == [False, False, False, True]
    nothing = organiser.post(PRINT, data={"which": "unprinted", "order": "name"}, headers=SAME_ORIGIN)
    assert nothing.status_code == 422
    assert "No badge is in this choice" in nothing.text
    assert rows_of(organiser.get(f"{LIST}?state=printed")) == ["Anna Zilver", "Żaneta Ørsted", "ریم 王"]


@pytest.mark.parametrize(
    "given",
    [
        {"which": "some"},
        {"which": "all", "order": "size"},
        {"which": "selected", "badge_ids": ["../.."]},
        {"which": "selected"},
        {"which": "selected", "badge_ids": ["0" * 16]},
        {},
    ],
)
def test_a_wrong_choice_is_refused_and_nothing_noted(
    three: Runtime, organiser: Client, given: dict[str, Any]
) -> None:
    assert organiser.post(PRINT, data=given, headers=SAME_ORIGIN).status_code == 422
    assert prints(three) == []


def test_long_lists_come_in_pages(badges: Runtime, organiser: Client) -> None:
    hear(badges, make_conference())
    for number in range(130):
        attendee_id = UUID(int=1000 + number)
        hear(badges, make_attendee(attendee_id=attendee_id, display_name=f"Ada {number % 10}"))
    first = organiser.get(LIST)
    link = first.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = organiser.get(link)
    assert (len(rows_of(first)), len(rows_of(second))) == (100, 30)
    assert rows_of(first) + rows_of(second) == sorted(rows_of(first) + rows_of(second))
