"""Who is there: the newest word of the door, kept as one statement, because 600 people arrive within 20 minutes."""

from datetime import datetime
from functools import cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from services.registration.models import Arrival, Attendee
from shared.db import Transaction

TABLE = cast(Table, Arrival.__table__)


def keep_arrival(
    db: Transaction,
    *,
    attendance_id: UUID,
    version: int,
    conference_id: UUID,
    attendee_id: UUID,
    day_id: UUID,
    present: bool,
    at: datetime,
) -> None:
    """Keep this unless something newer is known; nothing is kept of strangers and of who was erased."""
    values = {
        "attendance_id": attendance_id,
        "version": version,
        "conference_id": conference_id,
        "attendee_id": attendee_id,
        "day_id": day_id,
        "present": present,
        "at": at,
    }
    connection = db.connection()
    connection.execute(_keeping(connection.dialect.name), values)


@cache
def _keeping(dialect: str) -> Any:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    known = select(*(bindparam(column.name, type_=column.type) for column in TABLE.c)).where(
        Attendee.id == bindparam("attendee_id", type_=TABLE.c.attendee_id.type), Attendee.erased_at.is_(None)
    )
    statement = insert(TABLE).from_select([column.name for column in TABLE.c], known)
    told = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[TABLE.c.attendance_id],
        set_={"version": told.version, "present": told.present, "at": told.at},
        where=TABLE.c.version < told.version,
    )
