"""Whatever organisers do in whatever order: UIDs stay, SEQUENCE never falls, and no draft word is public."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import icalendar
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from services.sessions.models import Delay, Room, Session, Slot
from services.sessions.queries import conferences
from services.sessions.rules.concerns import IGNORE, RULES
from services.sessions.rules.running import Shift
from services.sessions.usecases import releasing, running, versions
from shared.clock import now
from shared.db import Transaction
from shared.errors import Refusal
from tests.sessions.conftest import SLUG, House

PUBLIC = [f"/sessions/{SLUG}/{path}" for path in ("?day=", "schedule.xml", "schedule.json", "speakers/")]
ACTS = ("move", "cancel", "rename", "plan", "release", "back", "late", "undo")
acts = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 200)), min_size=4, max_size=12)


def draft_act(db: Transaction, act: str, number: int, word: str) -> None:
    slots = db.scalars(select(Slot).order_by(Slot.export_id)).all()
    slot = slots[number % len(slots)]
    session = db.get_one(Session, slot.session_id)
    if act == "move":
        by = timedelta(minutes=number - 100)
        slot.starts_at, slot.ends_at = slot.starts_at + by, slot.ends_at + by
    elif act == "cancel":
        slot.cancelled = not slot.cancelled
    elif act == "rename":
        session.title = word
    elif act == "plan":
        session.state = "planned" if session.state == "confirmed" else "confirmed"


def public_act(db: Transaction, act: str, number: int) -> None:
    conference = conferences.get_conference(db, SLUG)
    if act == "release":
        releasing.release_programme(db, slug=SLUG, now=now())
    elif act == "back":
        versions.release_version(db, slug=SLUG, number=1 + number % conference.release_number, now=now())
    elif act == "late":
        rooms = db.scalars(select(Room).order_by(Room.position)).all()
        day = conferences.list_days(db, conference.id)[number % 3]
        shift = Shift(room_id=rooms[number % len(rooms)].id, since=day.starts_at, minutes=number - 100 or 1)
        seen = running.preview_shift(db, conference, shift).seen
        running.shift_room(db, slug=SLUG, shift=shift, seen=seen, now=now())
    elif act == "undo":
        for delay in db.scalars(select(Delay).where(Delay.undone.is_(False)).order_by(Delay.id.desc())):
            running.undo_shift(db, slug=SLUG, delay_id=delay.id, now=now())
            return


def sequences(house: House) -> dict[str, Any]:
    calendar = icalendar.Calendar.from_ical(house.visitor.get(f"/sessions/{SLUG}/calendar.ics").data)
    return {str(event["uid"]): event["sequence"] for event in calendar.walk("VEVENT")}


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(acts=acts)
def test_any_history_keeps_uids_and_sequence_and_leaks_nothing(
    seeded: House, acts: list[tuple[str, int]]
) -> None:
    with seeded.database.write() as db:
        conferences.get_conference(db, SLUG).severities = dict.fromkeys(RULES, IGNORE)
    hidden: set[str] = set()
    known = sequences(seeded)
    for step, (act, number) in enumerate(acts):
        word = f"Unreleased{seeded.conference().release_number}x{step}x{number}"
        with suppress(Refusal), seeded.database.write() as db:
            if act in ("release", "back", "late", "undo"):
                public_act(db, act, number)
                hidden = set() if act == "release" else hidden
            else:
                draft_act(db, act, number, word)
                hidden |= {word} if act == "rename" else set()
        found = sequences(seeded)
        assert known.keys() <= found.keys()
        assert [uid for uid in known if found[uid] < known[uid]] == []
        known = found
    shown = "".join(seeded.visitor.get(path).text for path in PUBLIC)
    assert [word for word in hidden if word in shown] == []
