"""Replay: tell one subscriber everything again, from the publisher's retained outbox."""

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import ColumnElement, exists, func, insert, literal, null, select
from sqlalchemy.orm import aliased

from shared.bus.tables import Outbox
from shared.db import OUTBOX, Transaction, wake

_OWN = {"seq", "target", "generation", "sent_at"}
_COPIED = tuple(column.name for column in Outbox.__table__.columns if column.name not in _OWN)


def replay(db: Transaction, *, subscriber: str, types: Sequence[str]) -> tuple[str, int]:
    """Queue every retained event of these types for one subscriber, in their old order.

    Returns the generation, under which the subscriber's inbox takes each event once more, and their number.
    """
    generation = uuid4().hex[:12]
    count = count_retained(db, types)
    _queue_again(db, retained(types), subscriber=subscriber, generation=generation)
    return generation, count


def replay_next(
    db: Transaction, *, subscriber: str, types: Sequence[str], generation: str, after: int, at_most: int
) -> tuple[int, int]:
    """Queue the next retained events after this number of the outbox, as part of a generation.

    Returns the number up to which it is done, and how many they were: 0 when nothing is left. Doing it again does not
    queue twice what still waits.
    """
    following = select(Outbox.seq).where(retained(types), Outbox.seq > after).order_by(Outbox.seq)
    numbers = db.scalars(following.limit(at_most)).all()
    if not numbers:
        return after, 0
    these = retained(types) & (Outbox.seq > after) & (Outbox.seq <= numbers[-1])
    _queue_again(db, these, subscriber=subscriber, generation=generation)
    return numbers[-1], len(numbers)


def count_retained(db: Transaction, types: Sequence[str], up_to: int | None = None) -> int:
    """How many events of these types could be told again, up to this number of the outbox."""
    these = retained(types) if up_to is None else retained(types) & (Outbox.seq <= up_to)
    return db.scalar(select(func.count()).select_from(Outbox).where(these)) or 0


def retained(types: Sequence[str]) -> ColumnElement[bool]:
    """What the outbox keeps of these types, as it was told for the first time."""
    return Outbox.type.in_(types) & (Outbox.generation == "")


def _queue_again(db: Transaction, which: ColumnElement[bool], *, subscriber: str, generation: str) -> None:
    queued = aliased(Outbox)
    waits = exists().where(
        queued.event_id == Outbox.event_id, queued.target == subscriber, queued.generation == generation
    )
    rows = (
        select(*(getattr(Outbox, name) for name in _COPIED), literal(subscriber), literal(generation), null())
        .where(which, ~waits)
        .order_by(Outbox.seq)
    )
    db.execute(insert(Outbox).from_select([*_COPIED, "target", "generation", "sent_at"], rows))
    wake(db, OUTBOX)
