"""Releases for the public: what changed in numbers, how the agenda was, the feed, and what search engines read."""

import json
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from lxml import etree
from sqlalchemy import select

from services.sessions.models import Release, ReleasedSlot, Room, Session
from tests.sessions.conftest import SLUG, House
from tests.sessions.desk import set_rules
from tests.sessions.test_releasing import move, release, slot_named

HOME = f"/sessions/{SLUG}/"
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def change(house: House, of: str, **changes: Any) -> None:
    with house.database.write() as db:
        session = db.scalars(select(Session).where(Session.title == of)).one()
        for name, value in changes.items():
            setattr(session, name, value)


def structured(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert found
    return dict(json.loads(found[1]))


def test_the_list_says_what_each_release_changed(seeded: House) -> None:
    set_rules(seeded, room="warn", speaker="warn")
    opening, later = slot_named(seeded, "Opening"), timedelta(minutes=5)
    move(seeded, "Opening", starts_at=opening.starts_at + later, ends_at=opening.ends_at + later)
    with seeded.database.read() as db:
        other = db.scalars(
            select(Room.id).where(Room.id != slot_named(seeded, "Listening as a method").room_id)
        ).first()
    move(seeded, "Listening as a method", room_id=other)
    release(seeded, "Second & better")
    page = seeded.visitor.get(f"{HOME}releases/").text
    second, first = page[: page.index(">1.0<")], page[page.index(">1.0<") :]
    assert "Second &amp; better" in second and ">time: 1<" in second and ">room: 1<" in second
    assert "length" not in second
    assert "new: " in first and "The programme" in first


def test_another_language_is_told_too(seeded: House) -> None:
    change(seeded, "Opening", language="fr")
    release(seeded, "French")
    assert "language: 1" in seeded.visitor.get(f"{HOME}releases/").text
    assert "language: 1" in seeded.visitor.get(f"{HOME}releases.atom").text


def test_an_old_release_stays_readable_and_says_that_it_is_old(seeded: House) -> None:
    slot = slot_named(seeded, "Opening")
    change(seeded, "Opening", title="Grand opening")
    release(seeded)
    old, new = (seeded.visitor.get(f"{HOME}releases/{number}").text for number in (1, 2))
    assert ">Opening<" in old and "Grand opening" not in old and "Do not go by it" in old
    assert "Grand opening" in new and "holds now" in new
    assert f"talks/{slot.id}" in old


def test_what_is_not_public_any_more_is_in_no_old_release_and_in_no_number(seeded: House) -> None:
    before = seeded.visitor.get(f"{HOME}releases/").text
    counted = int(re.search(r"new: (\d+)", before)[1])  # type: ignore[index]
    change(seeded, "Listening as a method", listed="staff")
    release(seeded)
    assert "Listening as a method" not in seeded.visitor.get(f"{HOME}releases/1").text
    assert "Listening as a method" not in seeded.organiser().get(f"{HOME}releases/1").text
    page = seeded.visitor.get(f"{HOME}releases/").text
    assert f"new: {counted - 1}" in page and "who may see or enter" not in page


def test_a_draft_is_in_no_release(seeded: House) -> None:
    change(seeded, "Opening", title="Leaked secret")
    for path in ("releases/", "releases/1", "releases.atom", "screen/"):
        assert "Leaked secret" not in seeded.visitor.get(HOME + path).text


def test_cancelling_the_conference_counts_in_no_release(seeded: House) -> None:
    before = seeded.visitor.get(f"{HOME}releases/").text
    form = {"name": seeded.conference().name, "accent": "#112233", "state": "cancelled", "version": "1"}
    form["version"] = str(seeded.conference().version)
    assert seeded.organiser().post(f"/sessions/manage/{SLUG}/settings", data=form).status_code == 303
    counts = [
        re.findall(r"new: \d+|cancelled: \d+", page)
        for page in (before, seeded.visitor.get(f"{HOME}releases/").text)
    ]
    assert counts[0] == counts[1]
    assert "line-through" not in before and "Cancelled" in seeded.visitor.get(f"{HOME}releases/1").text


@pytest.mark.parametrize("number", ["0", "2", "99999999999999999999999", "x", "-1"])
def test_a_release_that_is_not_there_is_404(seeded: House, number: str) -> None:
    assert seeded.visitor.get(f"{HOME}releases/{number}").status_code == 404


def test_the_feed_is_atom_and_stays_the_same_until_a_release(seeded: House) -> None:
    path = f"{HOME}releases.atom"
    first = seeded.visitor.get(path)
    assert first.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert seeded.visitor.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    with seeded.database.write() as db:
        db.scalars(select(Release)).one().comment = "Bell \x07 & <b>bold</b>"
    change(seeded, "Opening", subtitle="Other words")
    release(seeded, "Next")
    feed = etree.fromstring(seeded.visitor.get(path).data)
    entries = feed.findall("a:entry", ATOM)
    assert [entry.findtext("a:title", "", ATOM) for entry in entries] == ["Next", "1.0"]
    assert entries[0].findtext("a:content", "", ATOM) == "text: 1"
    assert "Bell  & <b>bold</b>" in entries[1].findtext("a:content", "", ATOM)
    ids = [node.text for node in feed.iter("{*}id")]
    assert len(set(ids)) == 3 and all(UUID(str(one).removeprefix("urn:uuid:")) for one in ids)
    for part in (feed, *entries):
        assert part.findtext("a:updated", "", ATOM)[-6:] == "+00:00"
        assert part.find("a:link[@rel='alternate']", ATOM) is not None
    assert feed.findtext("a:author/a:name", "", ATOM) and feed.find("a:link[@rel='self']", ATOM) is not None
    assert path in seeded.visitor.get(HOME).text


def test_search_engines_read_the_conference_and_its_sessions(seeded: House) -> None:
    page = seeded.visitor.get(HOME).text
    event = structured(page)
    assert event["@type"] == "Event" and event["startDate"] == "2026-11-26T09:00:00+01:00"
    assert event["eventAttendanceMode"].endswith("/MixedEventAttendanceMode")
    assert 'property="og:title"' in page and "Atom" not in event["name"]
    change(seeded, "Opening", title="</script><b>Opening</b>")
    move(seeded, "</script><b>Opening</b>", cancelled=True)
    release(seeded)
    slot = slot_named(seeded, "</script><b>Opening</b>")
    talk = seeded.visitor.get(f"{HOME}talks/{slot.id}").text
    event = structured(talk)
    assert event["name"] == "</script><b>Opening</b>" and "<b>Opening" not in talk
    assert "</script><b>" not in talk
    assert event["eventStatus"].endswith("/EventCancelled")
    assert event["performer"][0]["@type"] == "Person"
    assert event["superEvent"]["@id"] == structured(page)["@id"]


def test_what_is_not_public_has_nothing_for_search_engines(seeded: House) -> None:
    change(seeded, "Opening", listed="registered")
    release(seeded)
    with seeded.database.read() as db:
        slot = db.scalars(select(ReleasedSlot).where(ReleasedSlot.listed == "registered")).one()
    page = seeded.organiser().get(f"{HOME}talks/{slot.slot_id}")
    assert page.status_code == 200 and "ld+json" not in page.text and "og:" not in page.text
