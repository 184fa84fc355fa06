"""Agenda, talks, speakers and exports as the public asks for them."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, select

from services.sessions.app import SERVICE
from services.sessions.handlers import HANDLERS
from services.sessions.models import ReleasedSlot
from shared.contracts.base import Event
from shared.contracts.streaming_gateway import (
    AudienceCounted,
    StageClosed,
    StageFailedOver,
    StageHeld,
    StageOpened,
    StageResumed,
)
from shared.ids import new_id
from tests.harness import SteppedStack
from tests.sessions.conftest import SLUG, House

HOME = f"/sessions/{SLUG}/"


@pytest.mark.parametrize("name", ["calendar.ics", "schedule.xml", "schedule.json"])
def test_exports_are_cached_by_etag(seeded: House, name: str) -> None:
    first = seeded.visitor.get(HOME + name)
    etag = first.headers["ETag"]
    assert first.status_code == 200
    assert not etag.startswith("W/")
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert "Last-Modified" in first.headers
    assert seeded.visitor.get(HOME + name).data == first.data
    again = seeded.visitor.get(HOME + name, headers={"If-None-Match": f'"other", {etag}'})
    assert (again.status_code, again.data) == (304, b"")
    since = seeded.visitor.get(HOME + name, headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert since.status_code == 304
    head = seeded.visitor.head(HOME + name)
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", etag)
    assert head.headers["Content-Length"] == str(len(first.data))


def test_an_app_started_later_gives_the_same_bytes(seeded: House) -> None:
    first = seeded.visitor.get(HOME + "calendar.ics").data
    later = SteppedStack(seeded.stack.environ, [SERVICE])
    assert later.get(HOME + "calendar.ics").data == first
    later.close()


def test_day_one_links_to_the_stream_and_the_closed_days_to_registration(seeded: House) -> None:
    page = seeded.visitor.get(HOME).text
    assert f'href="/live/{SLUG}/"' in page
    assert f'href="/registration/{SLUG}/"' in page
    assert "Europe/Brussels" in page and "CET" in page


def test_now_and_next_follow_the_clock_of_the_conference(seeded: House) -> None:
    page = seeded.visitor.get(HOME).text
    now_row = page[page.index('class="agenda-slot now') :]
    assert "Arrival and coffee" in now_row[:600]
    assert "Opening" in page[page.index('class="agenda-slot next') :][:600]


@pytest.mark.parametrize(
    ("query", "wanted", "unwanted"),
    [
        ("?day=2", "Questions before tools", "Who may study whom?"),
        ("?day=", "Who may study whom?", "zzz"),
        ("?kind=panel", "Who may study whom?", "Questions before tools"),
        ("?q=riviere", "Cartographier une rivière à deux", "Opening"),
        ("?q=VALDEVEZ+opening", "Opening", "Kitchen science over video"),
        ("?day=3&kind=workshop", "Listening as a method", "Kitchen science over video"),
    ],
)
def test_filters_and_search(seeded: House, query: str, wanted: str, unwanted: str) -> None:
    page = seeded.visitor.get(HOME + query).text
    agenda = page[page.index('id="agenda"') :]
    assert wanted in agenda
    assert unwanted not in agenda


@pytest.mark.parametrize("query", ["?q=%25", "?q=_", "?q=zzzz", "?kind=nonsense", "?q=%27--"])
def test_a_search_without_a_hit_says_so(seeded: House, query: str) -> None:
    page = seeded.visitor.get(HOME + query)
    assert page.status_code == 200
    assert "Nothing matches" in page.text


@pytest.mark.parametrize("query", ["?day=x", "?room=x", "?q=" + "x" * 5000, "?day=0"])
def test_a_filter_that_cannot_be_read_is_422_and_still_a_page(seeded: House, query: str) -> None:
    page = seeded.visitor.get(HOME + query)
    assert page.status_code == 422
    assert "error-summary" in page.text


def test_a_search_for_what_is_no_text_is_422(seeded: House) -> None:
    assert seeded.visitor.get(HOME + "?q=%00").status_code == 422


def test_a_room_filter_keeps_to_that_room(seeded: House) -> None:
    with seeded.database.read() as db:
        slot = db.scalars(select(ReleasedSlot)).first()
    assert slot is not None
    page = seeded.visitor.get(f"{HOME}?room={slot.room_id}").text
    assert slot.body["title"] in page
    assert seeded.visitor.get(f"{HOME}?room={new_id()}").status_code == 404


def test_the_award_ceremony_shows_its_areas_and_no_winner(seeded: House) -> None:
    with seeded.database.read() as db:
        slot = db.scalars(select(ReleasedSlot).where(ReleasedSlot.kind == "award_ceremony")).one()
    page = seeded.visitor.get(f"{HOME}talks/{slot.slot_id}").text
    for area in ("Curriculum integration", "Project implementation", "Research outputs"):
        assert area in page


@pytest.fixture
def hear(seeded: House) -> Callable[..., None]:
    """Say something about one stage of the conference."""
    stage, conference = new_id(), seeded.conference().id

    def say(kind: type[Event], version: int, **more: Any) -> None:
        with seeded.database.write() as db:
            HANDLERS[kind](db, kind(version=version, stage_id=stage, conference_id=conference, **more))

    return say


def test_live_now_follows_the_stages(seeded: House, hear: Callable[..., None]) -> None:
    assert "Watch now" not in seeded.visitor.get(HOME).text
    hear(StageOpened, 2)
    hear(StageClosed, 1)
    assert "Watch now" in seeded.visitor.get(HOME).text
    hear(StageClosed, 3)
    assert "Watch now" not in seeded.visitor.get(HOME).text


def test_a_stage_for_registered_people_is_not_announced_to_everybody(
    seeded: House, hear: Callable[..., None]
) -> None:
    hear(StageOpened, 1, attend="registered")
    assert "Watch now" not in seeded.visitor.get(HOME).text


def test_organisers_see_what_is_on_air_and_how_many_watch(seeded: House, hear: Callable[..., None]) -> None:
    desk, organiser = f"/sessions/manage/{SLUG}/", seeded.organiser()
    assert "On air" not in organiser.get(desk).text
    hear(StageOpened, 1)
    hear(AudienceCounted, 2, viewers=312)
    hear(StageHeld, 3)
    assert "312 watching" in organiser.get(desk).text
    assert "held by the operator" in organiser.get(desk).text
    hear(StageResumed, 4)
    hear(StageFailedOver, 5, showing="slate", reason="the origin answers 404")
    assert "the picture is lost" in organiser.get(desk).text
    hear(StageFailedOver, 6, showing="programme", reason="")
    assert "the picture is lost" not in organiser.get(desk).text


def test_markup_in_texts_is_shown_and_not_run(seeded: House) -> None:
    organiser = seeded.organiser()
    with seeded.database.read() as db:
        slot = db.scalars(select(ReleasedSlot)).first()
    assert slot is not None
    path = f"/sessions/manage/{SLUG}/sessions/{slot.body['session_id']}"
    form = {"title": "<script>alert(1)</script>", "kind": "talk", "state": "confirmed", "version": "1"}
    assert organiser.post(path, data=form).status_code == 303
    assert organiser.post(f"/sessions/manage/{SLUG}/release", data={"name": "x"}).status_code == 303
    page = seeded.visitor.get(f"{HOME}talks/{slot.slot_id}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_the_list_of_conferences_needs_as_many_queries_for_three_as_for_one(seeded: House) -> None:
    counted: list[str] = []
    listener = lambda *args: counted.append(args[2])  # noqa: E731
    event.listen(seeded.database.engine, "before_cursor_execute", listener)
    for path in ("/sessions/", "/sessions/api/v1/conferences"):
        counted.clear()
        assert seeded.visitor.get(path).status_code == 200
        first = len(counted)
        for number in range(2):
            slug = f"other-{path.count('/')}-{number}"
            form = {"name": "Other", "slug": slug, "zone": "UTC", "first_day": "2026-05-01", "day_count": "2"}
            assert seeded.platform().post("/sessions/manage/", data=form).status_code == 303
            with seeded.database.write() as db:
                db.merge(seeded.conference(slug)).state = "public"
        counted.clear()
        seeded.visitor.get(path)
        assert len(counted) == first
