"""The shadow of badges: filled beside the live tables, minting nothing, and gone without a trace."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete, func, inspect, select

from services.badges.models import Badge, Conference, Holder, SigningKey
from shared.bus.generation import (
    GenerationOpen,
    drop_generation,
    find_generation,
    make_generation,
    open_shadow,
)
from shared.bus.inbox import InboxReceiver
from shared.bus.outbox import row_of
from shared.bus.rebuild import Rebuild, RebuildRefused
from shared.bus.tables import Inbox, Outbox
from shared.contracts.base import Event
from shared.db import Database
from shared.runtime import Runtime
from tests.badges.facts import hear, make_attendee
from tests.facts import ATTENDEE, CONFERENCE, SECOND, make_conference, make_erasure


def letter(event: Event, generation: str = "") -> bytes:
    """An event as the bus brings it; `generation` as in a replay."""
    row = row_of(event)
    envelope = {
        "specversion": "1.0",
        "id": str(row["event_id"]),
        "source": "/plenary/registration",
        "type": event.TYPE,
        "subject": event.subject,
        "time": row["created_at"].isoformat(),
        "sequence": event.version,
        "replay": generation,
        "data": event.to_data(),
    }
    return json.dumps(envelope).encode()


def count(database: Database, table: type[Any]) -> int:
    with database.read() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def shadow(badges: Runtime) -> Iterator[Database]:
    """A shadow of badges that knows one holder with a badge."""
    hear(badges, make_conference(), make_attendee())
    name = make_generation(badges.database, badges.service.metadata, badges.service.all_read_models)
    database = open_shadow(badges.database, name)
    yield database
    database.close()
    badges.inbox.close()
    drop_generation(badges.database)


def name_of(badges: Runtime) -> str:
    name = find_generation(badges.database)
    assert name is not None
    return name


def test_a_shadow_begins_with_own_rows_and_empty_read_models(badges: Runtime, shadow: Database) -> None:
    tables = (Holder, Conference, Badge, SigningKey, Inbox, Outbox)
    assert [count(shadow, table) for table in tables] == [0, 0, 1, 1, 0, 0]
    with pytest.raises(GenerationOpen):
        make_generation(badges.database, badges.service.metadata, badges.service.all_read_models)


def test_what_is_told_again_for_the_shadow_stays_there_and_mints_nothing(
    badges: Runtime, shadow: Database
) -> None:
    told = (make_conference(), make_attendee(version=2), make_attendee(attendee_id=SECOND))
    for event in told:
        badges.inbox.receive(letter(event, name_of(badges)))
    assert [count(shadow, table) for table in (Conference, Holder, Badge, SigningKey)] == [1, 2, 1, 1]
    assert count(shadow, Outbox) == 0
    assert (count(badges.database, Holder), count(badges.database, Inbox)) == (1, 0)


def test_what_is_new_meanwhile_goes_to_both_and_only_the_live_tables_act_on_it(
    badges: Runtime, shadow: Database
) -> None:
    badges.inbox.receive(letter(make_attendee(attendee_id=SECOND)))
    assert [count(one, Holder) for one in (badges.database, shadow)] == [2, 1]
    assert [count(one, Badge) for one in (badges.database, shadow)] == [2, 1]
    badges.inbox.receive(letter(make_erasure(attendee_id=SECOND)))
    badges.inbox.receive(letter(make_attendee(attendee_id=SECOND, version=9), name_of(badges)))
    with shadow.read() as db:
        assert db.get_one(Holder, SECOND).display_name == ""


def test_a_shadow_that_is_dropped_holds_nobody_up_and_does_not_come_back(
    badges: Runtime, shadow: Database
) -> None:
    name = name_of(badges)
    badges.inbox.receive(letter(make_attendee(version=2)))
    shadow.close()
    assert drop_generation(badges.database) == name
    badges.inbox.receive(letter(make_attendee(version=3)))
    badges.inbox.receive(letter(make_attendee(version=4), name))
    assert find_generation(badges.database) is None
    with badges.database.read() as db:
        assert db.get_one(Holder, ATTENDEE).version == 3
    assert inspect(badges.database.engine).has_table("generation") is False


def test_a_shadow_that_lacks_an_event_does_not_take_the_place_of_anything(
    badges: Runtime, shadow: Database
) -> None:
    badges.inbox.receive(letter(make_conference(version=2), name_of(badges)))
    rebuild = Rebuild(badges.service, badges.database, {})
    badges.inbox.park(letter(make_attendee(version=2), name_of(badges)), "nobody could read it")
    with pytest.raises(RebuildRefused, match="not be applied to the shadow: nobody could read it"):
        rebuild.swap()
    InboxReceiver(badges.database, badges.service.all_handlers).receive(letter(make_attendee(version=3)))
    with pytest.raises(RebuildRefused, match="the shadow lacks what the live tables heard"):
        rebuild.swap()
    rebuild.close()
    with badges.database.read() as db:
        assert db.get_one(Holder, ATTENDEE).version == 3
        assert db.get_one(Conference, CONFERENCE).version == 1


def test_a_conference_that_is_heard_of_again_keeps_its_key(badges: Runtime) -> None:
    hear(badges, make_conference())
    with badges.database.write() as db:
        key = db.scalars(select(SigningKey.public_bytes)).one()
        db.execute(delete(Conference))
    hear(badges, make_conference())
    with badges.database.read() as db:
        assert db.scalars(select(SigningKey.public_bytes)).one() == key
        assert db.get_one(Conference, CONFERENCE).version == 1
