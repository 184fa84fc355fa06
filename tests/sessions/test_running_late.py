"""A late room moves in one step and back in one, and everybody reads it on the agenda as long as it holds."""

import re
from datetime import timedelta
from typing import Any

from services.sessions.models import Delay, ReleasedSlot, Room, Session, Slot
from services.sessions.usecases import set_clock
from shared.clock import now
from tests.sessions.conftest import SLUG, House
from tests.sessions.desk import MANAGE, one, post, put, set_rules, slot_named

AGENDA = f"/sessions/{SLUG}/"
FIRST, BANNER = "Opening", "Aula runs {} minutes late from 10:00."


def aula(house: House) -> str:
    return str(one(house, Room, Room.name == "Aula").id)


def preview(house: House, minutes: int = 15, since: str = "2026-11-26T10:00") -> tuple[dict[str, Any], str]:
    """The fields that the preview posts, and its page."""
    form = {"room_id": aula(house), "since": since, "minutes": minutes}
    answer = house.organiser().get(f"{MANAGE}/late", query_string=form)
    assert answer.status_code == 200, answer.text
    seen = re.findall(r'name="seen" value="([0-9a-f]+)"', answer.text)
    return {**form, "seen": seen[0]}, answer.text


def late(house: House, minutes: int = 15, since: str = "2026-11-26T10:00") -> Delay:
    form, _ = preview(house, minutes, since)
    post(house, "/late", **form)
    with house.database.read() as db:
        delays = db.query(Delay).order_by(Delay.id).all()
    return delays[-1]


def public(house: House, title: str) -> ReleasedSlot:
    slot = slot_named(house, title)
    found: ReleasedSlot = one(
        house, ReleasedSlot, ReleasedSlot.slot_id == slot.id, ReleasedSlot.holds_until.is_(None)
    )
    return found


def undo(house: House, delay: Delay, status: int = 303) -> str:
    return str(post(house, f"/late/{delay.id}/undo", status=status).text)


def test_the_rest_of_the_day_moves_in_one_release_and_nothing_else(seeded: House) -> None:
    before, other = public(seeded, FIRST), slot_named(seeded, "Listening as a method")
    with seeded.database.write() as db:
        db.get_one(Session, other.session_id).title = "A draft that stays one"
    form, page = preview(seeded)
    assert "“Reception” runs outside the times of its day" in page and "European ITE award ceremony" in page
    assert "Arrival and coffee" not in page and "A draft that stays one" not in page
    assert seeded.conference().release_number == 1
    last = seeded.last_event()
    post(seeded, "/late", **form)
    after = public(seeded, FIRST)
    assert after.starts_at - before.starts_at == timedelta(minutes=15)
    assert (after.sequence, seeded.conference().release_number) == (before.sequence + 1, 2)
    assert slot_named(seeded, FIRST).starts_at == after.starts_at
    assert public(seeded, "Arrival and coffee").revision == 1
    assert {event.type for event in seeded.events(last)} == {
        "plenary.sessions.slot.stated.v1",
        "plenary.sessions.programme.released.v1",
    }
    assert "A draft that stays one" not in seeded.visitor.get(f"{AGENDA}?day=").text
    assert "Aula runs 15 minutes late from 10:00" in seeded.organiser().get(f"{MANAGE}/release").text


def test_everybody_reads_it_until_the_day_of_the_room_is_over(seeded: House) -> None:
    assert "minutes late" not in seeded.visitor.get(AGENDA).text
    late(seeded, 15)
    late(seeded, 5, "2026-11-26T10:15")
    assert BANNER.format(20) in seeded.visitor.get(AGENDA).text
    fragment = seeded.visitor.get(f"{AGENDA}late")
    assert BANNER.format(20) in fragment.text and fragment.headers["Cache-Control"] == "public, no-cache"
    again = seeded.visitor.get(f"{AGENDA}late", headers={"If-None-Match": fragment.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    set_rules(seeded, room="warn")
    late(seeded, -20, "2026-11-26T13:00")
    assert BANNER.format(20) in seeded.visitor.get(AGENDA).text
    with seeded.database.write() as db:
        set_clock(db, db.merge(seeded.conference()), at="day 1 10:25", now=now())
    assert "Aula runs 20 minutes late." in seeded.visitor.get(AGENDA).text
    with seeded.database.write() as db:
        set_clock(db, db.merge(seeded.conference()), at="day 1 14:10", now=now())
    assert "minutes late" not in seeded.visitor.get(AGENDA).text
    assert seeded.visitor.get("/sessions/nowhere/late").status_code == 404


def test_one_step_undoes_it_with_a_rising_sequence(seeded: House) -> None:
    before = public(seeded, FIRST)
    delay = late(seeded)
    undo(seeded, delay)
    after = public(seeded, FIRST)
    assert (after.starts_at, after.sequence) == (before.starts_at, before.sequence + 2)
    assert slot_named(seeded, FIRST).starts_at == before.starts_at
    assert "minutes late" not in seeded.visitor.get(AGENDA).text
    assert "This was undone already" in undo(seeded, delay, 409)
    assert seeded.conference().release_number == 3


def test_what_somebody_moved_since_is_not_undone(seeded: House) -> None:
    delay = late(seeded)
    with seeded.database.write() as db:
        db.get_one(Session, slot_named(seeded, FIRST).session_id).title = FIRST
        slot = db.get_one(Slot, slot_named(seeded, "Ask the tool a harder question").id)
        slot.ends_at -= timedelta(minutes=5)
    assert "Ask the tool a harder question" in undo(seeded, delay, 409)
    assert seeded.conference().release_number == 2


def test_a_draft_that_says_otherwise_stays_as_it_is(seeded: House) -> None:
    moved = put(seeded, FIRST, ends_at=slot_named(seeded, FIRST).ends_at - timedelta(minutes=5))
    delay = late(seeded)
    assert slot_named(seeded, FIRST).starts_at == moved.starts_at
    assert public(seeded, FIRST).starts_at == moved.starts_at + timedelta(minutes=15)
    undo(seeded, delay)
    assert public(seeded, FIRST).starts_at == moved.starts_at


def test_catching_up_too_much_is_blocked_and_a_stale_preview_too(seeded: House) -> None:
    form, page = preview(seeded, -20, "2026-11-26T11:45")
    assert "is booked twice at the same time" in page
    assert "do not let this pass" in post(seeded, "/late", status=409, **form).text
    form, _ = preview(seeded)
    late(seeded, 5, "2026-11-26T13:00")
    assert "have changed since you looked" in post(seeded, "/late", status=409, **form).text
    assert seeded.conference().release_number == 2


def test_a_shift_that_cannot_be_is_refused_at_its_field(seeded: House) -> None:
    fine = {"room_id": aula(seeded), "since": "2026-11-26T10:00", "minutes": "5"}
    for name, value in (
        ("room_id", "x"),
        ("room_id", str(slot_named(seeded, FIRST).id)),
        ("since", "soon"),
        ("since", "2026-11-26T20:00"),
        ("minutes", "0"),
        ("minutes", "601"),
        ("minutes", "9" * 30),
    ):
        answer = seeded.organiser().get(f"{MANAGE}/late", query_string={**fine, name: value})
        assert answer.status_code == 422 and f'href="#{name}"' in answer.text
    assert post(seeded, "/late", status=422, **fine).status_code == 422
    assert seeded.visitor.get(f"{MANAGE}/late").status_code == 303
    assert seeded.organiser().post(f"{MANAGE}/late/{slot_named(seeded, FIRST).id}/undo").status_code == 404
