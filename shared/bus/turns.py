"""Turns: while an event waits to be tried again, those of its subject that come after it wait behind it."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, case, func, null, select, true
from sqlalchemy.dialects import postgresql, sqlite

from shared.bus.envelope import Envelope
from shared.bus.tables import Inbox
from shared.db import Transaction

WAITS = "waits for an earlier event of the same subject"
TOLD = ("event_id", "generation", "type", "subject", "sequence", "told_at", "received_at")
# Locked, because whoever tries that row may end the waiting.
LAST_WAITING = (
    select(Inbox.turn)
    .where(Inbox.state == "retry", Inbox.subject == bindparam("subject", type_=Inbox.subject.type))
    .order_by(Inbox.turn.desc())
    .limit(1)
    .with_for_update()
)


def store(db: Transaction, envelope: Envelope, raw: bytes, at: datetime) -> str | None:
    """Store an event in the state "retry" if it has to wait, otherwise as "done": nobody sees that before the commit.

    Answers that state; None if the event is known already. One that was only ever tried is not.
    """
    values = {
        "event_id": envelope.id,
        "generation": envelope.replay,
        "type": envelope.type,
        "subject": envelope.subject,
        "sequence": envelope.sequence,
        "told_at": envelope.time,
        "received_at": at,
        "raw": raw,
    }
    connection = db.connection()
    return connection.execute(_storing(connection.dialect.name), values).scalar()


def call_next(db: Transaction, subject: str, at: datetime) -> None:
    """It is the turn of whoever waits longest for the same subject."""
    waiting = select(Inbox).where(Inbox.state == "retry", Inbox.subject == subject)
    row = db.scalar(waiting.order_by(Inbox.turn).limit(1).with_for_update())
    if row is not None:
        row.next_at = at


@cache
def _storing(dialect: str) -> Executable:
    """One statement, because every event that comes needs it."""
    last = LAST_WAITING.subquery("last_waiting")
    waits = last.c.turn.is_not(None)
    one = select(true().label("there")).subquery("one")
    columns = Inbox.__table__.columns
    given = {name: bindparam(name, type_=columns[name].type) for name in (*TOLD, "raw")}
    chosen = {
        **{name: given[name] for name in TOLD},
        "state": case((waits, "retry"), else_="done"),
        "raw": case((waits, given["raw"]), else_=null()),
        "attempts": 0,
        "turn": func.coalesce(last.c.turn + 1, 0),
        "reason": case((waits, WAITS), else_=""),
    }
    values: list[Any] = list(chosen.values())
    source = select(*values).select_from(one.outerjoin(last, true())).where(true())
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(Inbox).from_select(list(chosen), source)
    storing: Executable = insert.on_conflict_do_update(
        index_elements=[Inbox.event_id, Inbox.generation],
        set_={name: insert.excluded[name] for name in chosen if name not in ("event_id", "generation")},
        where=Inbox.state == "trying",
    ).returning(Inbox.state)
    return storing
