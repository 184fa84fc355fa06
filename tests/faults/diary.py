"""What a database itself writes down of every effect, by a trigger on the inbox: how often, and in which order."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import inspect, select, text

from services.allinone import Stack
from shared.bus.tables import Outbox
from shared.db import Database
from tests.faults.accounts import accounts

# A handler that fails leaves done and undone in the same transaction, so both are written down.
TABLE = {
    "sqlite": "CREATE TABLE fault_diary (serial INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT, "
    "generation TEXT, is_done BOOLEAN, is_known BOOLEAN DEFAULT false)",
    "postgresql": "CREATE TABLE fault_diary (serial BIGSERIAL PRIMARY KEY, event_id UUID, generation TEXT, "
    "is_done BOOLEAN, is_known BOOLEAN DEFAULT false)",
}
ENTRY = (
    "INSERT INTO fault_diary (event_id, generation, is_done) "
    "VALUES (NEW.event_id, NEW.generation, NEW.state = 'done');"
)
TRIGGERS = {
    "sqlite": (
        f"CREATE TRIGGER fault_insert AFTER INSERT ON inbox WHEN NEW.state = 'done' BEGIN {ENTRY} END",
        (
            "CREATE TRIGGER fault_update AFTER UPDATE ON inbox WHEN (OLD.state = 'done') <> (NEW.state = 'done') "
            f"BEGIN {ENTRY} END"
        ),
    ),
    "postgresql": (
        (
            f"CREATE FUNCTION fault_note() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {ENTRY} RETURN NULL; END $$"
        ),
        (
            "CREATE TRIGGER fault_insert AFTER INSERT ON inbox FOR EACH ROW WHEN (NEW.state = 'done') "
            "EXECUTE FUNCTION fault_note()"
        ),
        (
            "CREATE TRIGGER fault_update AFTER UPDATE ON inbox FOR EACH ROW "
            "WHEN ((OLD.state = 'done') <> (NEW.state = 'done')) EXECUTE FUNCTION fault_note()"
        ),
    ),
}
KNOWN = (
    "INSERT INTO fault_diary (event_id, generation, is_done, is_known) "
    "SELECT event_id, generation, true, true FROM inbox WHERE state = 'done'"
)


def keep_diaries(environ: Mapping[str, str]) -> None:
    """From now on. What was done before stands there too, so that it is not done again; its order is not known."""
    with accounts(environ) as stack:
        for runtime in stack.runtimes.values():
            if not has_diary(runtime.database):
                _begin(runtime.database)


def has_diary(database: Database) -> bool:
    return bool(inspect(database.engine).has_table("fault_diary"))


def _begin(database: Database) -> None:
    with database.write() as db:
        if database.dialect == "postgresql":
            db.execute(text("LOCK TABLE inbox IN SHARE ROW EXCLUSIVE MODE"))
        for statement in (TABLE[database.dialect], KNOWN, *TRIGGERS[database.dialect]):
            db.execute(text(statement))


def read_diary(database: Database) -> dict[str, int]:
    """The place of each event in the order in which they took effect since the diary began, by its id in hex."""
    places: dict[str, int] = {}
    with database.read() as db:
        query = text(
            "SELECT serial, event_id, is_done FROM fault_diary "
            "WHERE generation = '' AND NOT is_known ORDER BY serial"
        )
        for serial, event_id, is_done in db.execute(query):
            key = hex_of(event_id)
            if is_done:
                places[key] = serial
            else:
                places.pop(key, None)
    return places


def list_doubled(database: Database) -> list[str]:
    """Events that took effect when they had done so already."""
    with database.read() as db:
        query = text("SELECT event_id, generation, is_done FROM fault_diary ORDER BY serial")
        entries = [((hex_of(row[0]), row[1]), row[2]) for row in db.execute(query)]
    balance: Counter[Any] = Counter()
    doubled = []
    for key, is_done in entries:
        balance[key] += 1 if is_done else -1
        if balance[key] > 1:
            doubled.append(key[0])
    return doubled


def list_missed(database: Database) -> list[str]:
    """Events that are done and of which the diary knows nothing: then it is the diary that is wrong."""
    with database.read() as db:
        written = set(db.scalars(text("SELECT event_id FROM fault_diary WHERE is_done")))
        done = set(db.scalars(text("SELECT event_id FROM inbox WHERE state = 'done'")))
    return sorted(hex_of(key) for key in done - written)


def list_disordered(stack: Stack, name: str) -> list[str]:
    """Events that took effect in a service before an earlier one that their publisher told of the same subject."""
    runtime = stack.runtimes[name]
    places = read_diary(runtime.database)
    broken = []
    for publisher, told in _told(stack, runtime.service.subscriptions).items():
        for subject, keys in told.items():
            heard = [places[key] for key in keys if key in places]
            broken += [
                f"{name}: {publisher} {subject}" for one, other in itertools.pairwise(heard) if other < one
            ]
    return broken


def _told(stack: Stack, types: tuple[str, ...]) -> dict[str, dict[str, list[str]]]:
    """By publisher and subject, in the order of the outbox."""
    told: dict[str, dict[str, list[str]]] = {}
    for name, runtime in stack.runtimes.items():
        subjects = told.setdefault(name, defaultdict(list))
        query = select(Outbox.subject, Outbox.event_id).where(Outbox.generation == "", Outbox.type.in_(types))
        with runtime.database.read() as db:
            for subject, event_id in db.execute(query.order_by(Outbox.seq)):
                subjects[subject].append(event_id.hex)
    return told


def hex_of(value: Any) -> str:
    """SQLite keeps ids as text, PostgreSQL as what they are."""
    return str(value).replace("-", "")
