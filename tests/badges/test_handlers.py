"""What is heard takes effect once, in whatever order it comes."""

import itertools
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from services.badges import queries
from services.badges.models import Badge, Base, Conference, Day, Holder, SigningKey, Slot
from services.badges.rules import badge_window, read_code
from shared.bus.tables import Outbox
from shared.contracts.base import Event
from shared.runtime import Runtime
from tests.badges.facts import hear, make_attendee, make_slot
from tests.facts import (
    ATTENDEE,
    CLOSED_DAY,
    CONFERENCE,
    OPEN_DAY,
    SECOND,
    SLOT,
    at,
    make_cancellation,
    make_closed_day,
    make_conference,
    make_day,
    make_erasure,
)

NUMBER = make_conference().number


def row(badges: Runtime, table: type[Any], key: Any) -> Any:
    with badges.database.read() as db:
        return db.get(table, key)


def count(badges: Runtime, table: type[Base]) -> int:
    with badges.database.read() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


def all_badges(badges: Runtime) -> Sequence[Badge]:
    with badges.database.read() as db:
        return db.scalars(select(Badge).order_by(Badge.issued_at, Badge.signed_at)).all()


def told(badges: Runtime) -> list[tuple[str, int, str]]:
    """What happened, version and badge of every published event, in order."""
    with badges.database.read() as db:
        rows = db.execute(select(Outbox.type, Outbox.body).order_by(Outbox.seq)).all()
    bodies = [(kind.split(".")[3], json.loads(body)) for kind, body in rows]
    return [(what, body["version"], body["badge_id"]) for what, body in bodies]


def state_of_tables(badges: Runtime) -> dict[str, Any]:
    """Every column that does not depend on chance or on the hour."""
    chance = {"badge_id", "code", "issued_at", "signed_at", "revoked_at", "made_at", "erased_at"}
    with badges.database.read() as db:
        return {
            table.__tablename__: sorted(
                str([(c.name, getattr(r, c.key)) for c in table.__table__.columns if c.name not in chance])
                for r in db.scalars(select(table))
            )
            for table in (Conference, Day, Slot, Holder, Badge)
        }


def test_approved_attendee_of_a_known_conference_gets_a_badge_that_reads(badges: Runtime) -> None:
    hear(badges, make_conference(), make_attendee())
    (badge,) = all_badges(badges)
    assert told(badges) == [("issued", 1, badge.badge_id)]
    assert (badge.not_before, badge.not_after) == badge_window(
        [Day(**days_of(make_day())), Day(**days_of(make_closed_day()))]
    )
    with badges.database.read() as db:
        keys = queries.public_keys(db, CONFERENCE)
    facts = read_code(badge.code, keys=keys, conference_number=NUMBER, now=at("10:00", 27))
    assert (facts.badge_id, facts.klass) == (badge.badge_id, 1)


def days_of(fact: Any) -> dict[str, Any]:
    return {"starts_at": fact.starts_at, "ends_at": fact.ends_at}


def test_attendee_waits_for_the_conference(badges: Runtime) -> None:
    hear(badges, make_attendee(), make_attendee(attendee_id=SECOND, state="rejected"))
    assert all_badges(badges) == []
    hear(badges, make_conference())
    assert [badge.attendee_id for badge in all_badges(badges)] == [ATTENDEE]
    assert [what for what, _, _ in told(badges)] == ["issued"]


def test_attendee_waits_for_a_day_of_theirs(badges: Runtime) -> None:
    hear(badges, make_conference(days=(make_day(),)), make_attendee())
    assert all_badges(badges) == []
    hear(badges, make_conference(version=2))
    assert len(all_badges(badges)) == 1


@pytest.mark.parametrize("state", ["rejected", "cancelled"])
def test_losing_the_place_revokes_and_a_second_approval_gives_another_badge(
    badges: Runtime, state: str
) -> None:
    hear(badges, make_conference(), make_attendee(), make_attendee(version=2, state=state))
    (first,) = all_badges(badges)
    assert first.revoked_at is not None
    assert told(badges) == [("issued", 1, first.badge_id), ("revoked", 2, first.badge_id)]
    hear(badges, make_attendee(version=3))
    old, new = all_badges(badges)
    assert old.badge_id == first.badge_id
    assert new.badge_id != old.badge_id
    assert (old.revoked_at is None, new.revoked_at is None) == (False, True)
    assert told(badges)[2:] == [("issued", 1, new.badge_id)]


def test_another_name_keeps_the_badge(badges: Runtime) -> None:
    hear(badges, make_conference(), make_attendee())
    before = all_badges(badges)[0]
    hear(badges, make_attendee(version=2, display_name="Żaneta Nowa", institution="Instytut"))
    (after,) = all_badges(badges)
    assert (after.badge_id, after.code, after.signed_at) == (before.badge_id, before.code, before.signed_at)
    holder = row(badges, Holder, ATTENDEE)
    assert (holder.display_name, holder.folded_name) == ("Żaneta Nowa", "zaneta nowa")
    assert holder.folded == "zaneta nowa instytut poland participant"


def test_moved_days_keep_the_badge_and_sign_it_for_the_new_window(badges: Runtime) -> None:
    hear(badges, make_conference(), make_attendee())
    before = all_badges(badges)[0]
    later = make_closed_day(starts_at=at("09:00", 28), ends_at=at("18:00", 28))
    hear(badges, make_conference(version=2, days=(make_day(), later)))
    (after,) = all_badges(badges)
    assert (after.badge_id, after.version, len(told(badges))) == (before.badge_id, 1, 1)
    assert (after.code == before.code, after.signed_at > before.signed_at) == (False, True)
    assert after.not_after - before.not_after == timedelta(days=1)
    hear(badges, make_attendee(version=2, day_ids=(OPEN_DAY,)))
    assert all_badges(badges)[0].not_after == at("06:00", 27)


def test_a_badge_is_valid_on_public_days_too(badges: Runtime) -> None:
    hear(badges, make_conference(), make_attendee(day_ids=(CLOSED_DAY,)))
    assert all_badges(badges)[0].not_before == at("21:00", 25)


def test_the_last_day_withdrawn_leaves_the_badge_as_it_was(badges: Runtime) -> None:
    hear(badges, make_conference(), make_attendee())
    before = all_badges(badges)[0].code
    hear(badges, make_conference(version=2, days=(make_day(),)))
    assert all_badges(badges)[0].code == before
    assert row(badges, Day, CLOSED_DAY).withdrawn


def test_erasure_blanks_revokes_and_stays(badges: Runtime) -> None:
    hear(badges, make_conference(), make_attendee(), make_erasure())
    hear(badges, make_attendee(version=9), make_conference(version=2))
    holder = row(badges, Holder, ATTENDEE)
    assert holder.erased_at is not None
    assert not any((holder.display_name, holder.institution, holder.country, holder.category))
    assert (holder.folded, holder.folded_name, holder.state, holder.day_ids) == ("", "", "", [])
    (badge,) = all_badges(badges)
    assert badge.revoked_at is not None
    assert [what for what, _, _ in told(badges)] == ["issued", "revoked"]


def test_erasure_of_somebody_never_seen_leaves_a_tombstone(badges: Runtime) -> None:
    hear(badges, make_erasure(), make_attendee(version=9), make_conference())
    assert row(badges, Holder, ATTENDEE).display_name == ""
    assert all_badges(badges) == []


def test_every_conference_has_one_key_of_its_own(badges: Runtime) -> None:
    hear(badges, make_conference(), make_conference(version=2))
    key = row(badges, SigningKey, (CONFERENCE, 1))
    assert count(badges, SigningKey) == 1
    assert len(key.public_bytes) == 32
    assert "PRIVATE KEY" in key.private_pem


@pytest.mark.parametrize(
    "event",
    [
        make_conference(),
        make_slot(),
        make_cancellation(),
        make_attendee(),
        make_attendee(state="cancelled"),
        make_erasure(),
    ],
    ids=lambda event: type(event).__name__,
)
def test_the_same_event_twice_changes_nothing(badges: Runtime, event: Event) -> None:
    hear(badges, make_conference(), make_attendee(version=0), event)
    once, said = state_of_tables(badges), told(badges)
    hear(badges, event)
    assert (state_of_tables(badges), told(badges)) == (once, said)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (make_conference(name="Old"), make_conference(version=2)),
        (make_slot(title="Old"), make_slot(version=2)),
        (make_slot(), make_cancellation()),
        (make_attendee(display_name="Old"), make_attendee(version=2)),
        (make_attendee(), make_attendee(version=2, state="cancelled")),
        (make_attendee(), make_erasure()),
    ],
    ids=lambda event: type(event).__name__,
)
def test_an_older_event_changes_nothing(badges: Runtime, older: Event, newer: Event) -> None:
    hear(badges, newer)
    once, said = state_of_tables(badges), told(badges)
    hear(badges, older)
    assert (state_of_tables(badges), told(badges)) == (once, said)


def test_every_order_across_publishers_ends_alike(badges: Runtime) -> None:
    events = [make_conference(), make_slot(), make_attendee(), make_attendee(attendee_id=SECOND)]
    ends = set()
    for order in itertools.permutations(events):
        clear(badges)
        hear(badges, *order)
        ends.add(json.dumps(state_of_tables(badges)))
        assert len(told(badges)) == 2
    assert len(ends) == 1


def clear(badges: Runtime) -> None:
    with badges.database.write() as db:
        for table in (Outbox, *(mapper.class_ for mapper in Base.registry.mappers)):
            db.execute(table.__table__.delete())


def test_a_cancelled_slot_that_comes_back_is_shown_again(badges: Runtime) -> None:
    hear(badges, make_cancellation(), make_slot(version=3))
    slot = row(badges, Slot, SLOT)
    assert (slot.cancelled, slot.title) == (False, "Weaving <nets>")
