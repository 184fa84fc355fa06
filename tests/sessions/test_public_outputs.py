"""Every public output there is, found by walking the routes: none of them tells a draft, or what is not public."""

import re
from uuid import UUID

import pytest
from sqlalchemy import select

from services.sessions.models import Day, ReleasedSlot, Room, Session, Speaker, Track
from services.sessions.usecases import starring
from shared.auth import Principal
from shared.auth.guard import PUBLIC, policy_of
from shared.auth.principal import PARTICIPANT_SCOPES
from shared.clock import now
from shared.ids import new_id
from tests.sessions.conftest import SLUG, House
from tests.sessions.test_organising import entitled, hear
from tests.sessions.test_releasing import release, slot_named

MARK, SEARCHED = "Leakedsecret", "zebra"
QUERIES = {
    "sessions.agenda": ("?day=", f"?q={SEARCHED}", "?day=&kind=workshop"),
    "sessions.calendar": ("", "?times=local", "?day=1", f"?q={SEARCHED}"),
}


def outputs_of(house: House) -> list[str]:
    """An address for every public route about a conference, seen from its slot "Opening"."""
    app = house.stack.service("sessions").app
    slot = slot_named(house, "Opening")
    with house.database.read() as db:
        state = db.scalars(select(ReleasedSlot).where(ReleasedSlot.slot_id == slot.id)).first()
    assert state is not None
    values = {
        "conference": SLUG,
        "slot_id": slot.id,
        "room_id": slot.room_id,
        "speaker_id": state.body["speakers"][0]["id"],
        "number": house.conference().release_number,
        "token": personal_token(house, slot.id),
    }
    found = []
    for rule in app.url_map.iter_rules():
        if (
            "GET" in (rule.methods or ())
            and "<conference>" in rule.rule
            and policy_of(app, rule.endpoint) == PUBLIC
        ):
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda part: str(values[part[1]]), rule.rule)
            found += [path + query for query in QUERIES.get(rule.endpoint, ("",))]
    return found


def personal_token(house: House, slot_id: UUID) -> str:
    """The token in the calendar of somebody registered for no day, with that slot starred."""
    attendee, conference = new_id(), house.conference().id
    who = Principal(subject=str(attendee), conference=SLUG, scopes=PARTICIPANT_SCOPES)
    hear(house, entitled(conference, attendee, 1, ()))
    with house.database.write() as db:
        starring.star_slot(db, slug=SLUG, who=who, slot_id=slot_id, now=now())
        return starring.make_feed(db, slug=SLUG, who=who, now=now())


def say_everywhere(house: House) -> None:
    """Put the mark into everything of the draft that has words."""
    with house.database.write() as db:
        for kind, names in (
            (Session, ("title", "subtitle", "abstract", "description")),
            (Speaker, ("name", "affiliation", "biography", "address")),
            (Room, ("name",)),
            (Track, ("name",)),
            (Day, ("title",)),
        ):
            for number, row in enumerate(db.scalars(select(kind))):
                for name in names:
                    setattr(row, name, f"{MARK} {SEARCHED} {number}")


def test_a_draft_is_told_by_no_public_output(seeded: House) -> None:
    outputs = outputs_of(seeded)
    assert len(outputs) > 18
    say_everywhere(seeded)
    for path in outputs:
        answer = seeded.visitor.get(path)
        assert answer.status_code == 200, path
        assert MARK not in answer.text, path


@pytest.mark.parametrize("audience", ["registered", "staff"])
def test_what_is_not_for_everybody_is_told_by_no_public_output(seeded: House, audience: str) -> None:
    outputs = outputs_of(seeded)
    with seeded.database.write() as db:
        session = db.get_one(Session, slot_named(seeded, "Opening").session_id)
        session.title, session.listed = f"{MARK} {SEARCHED}", audience
    release(seeded)
    for path in outputs:
        answer = seeded.visitor.get(path)
        assert answer.status_code in (200, 404), path
        assert MARK not in answer.text, path
