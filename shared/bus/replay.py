"""Replay: tell one subscriber everything again, from the publisher's retained outbox."""

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import func, insert, literal, null, select

from shared.bus.tables import Outbox
from shared.db import OUTBOX, Transaction, wake


def replay(db: Transaction, *, subscriber: str, types: Sequence[str]) -> tuple[str, int]:
    """Queue every retained event of these types for one subscriber, in their old order.

    Returns the generation, under which the subscriber's inbox takes each event once more, and their number.
    """
    generation = uuid4().hex[:12]
    copied = [column.name for column in Outbox.__table__.columns if column.name not in _OWN]
    retained = (Outbox.type.in_(types), Outbox.generation == "")
    rows = (
        select(*(getattr(Outbox, name) for name in copied), literal(subscriber), literal(generation), null())
        .where(*retained)
        .order_by(Outbox.seq)
    )
    count = db.scalar(select(func.count()).select_from(Outbox).where(*retained)) or 0
    db.execute(insert(Outbox).from_select([*copied, "target", "generation", "sent_at"], rows))
    wake(db, OUTBOX)
    return generation, count


_OWN = {"seq", "target", "generation", "sent_at"}
