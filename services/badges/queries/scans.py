"""Scans: writing one, and what was answered to earlier ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, insert

from services.badges.models import Scan
from services.badges.queries.scan_statement import (
    BROUGHT,
    OUTBOX_ROWS,
    SHOWN,
    TOLD,
    VERSION,
    answer_of_scan,
    answer_to_nonce,
    postgresql_scan,
    sqlite_scan,
)
from shared.db import OUTBOX, Database, Transaction, wake

INSIDE = and_(Scan.kind == "entry", Scan.reason == "", Scan.undone_at.is_(None))


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A scan as it comes in: what the code says by itself, and the event to tell if it lets somebody in.

    `day_like` is the pattern that the days of whoever is welcome fit. The scan is written only while
    `conference_version` is the newest and the device is paired.
    """

    id: UUID
    conference_id: UUID
    conference_version: int
    day_id: UUID
    day_like: str
    device_id: UUID
    nonce: str
    refused: str
    detail: str
    code: str
    badge_id: str | None
    at: datetime
    received_at: datetime
    scanned_at: datetime | None
    told: Mapping[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is answered to a scan; `reason` is "" for who was let in, `first_*` say where they had been before."""

    nonce: str
    day_id: UUID
    reason: str
    detail: str
    at: datetime
    received_at: datetime
    undone_at: datetime | None
    badge_id: str | None
    name: str
    institution: str
    country: str
    category: str
    first_at: datetime | None
    first_place: str


def insert_scan(database: Database, attempt: Attempt) -> Answer | None:
    """Decide a scan and write it with its event, in a transaction of its own that is one statement on PostgreSQL.

    None when nothing was written: this nonce was answered before, the same badge was let in at this very moment,
    the device is no longer paired, or the conference has changed.
    """
    values = dict(vars(attempt))
    told = values.pop("told") or {}
    if database.dialect != "sqlite":
        values |= {f"told_{name}": told.get(name) for name in TOLD}
        row = database.write_once(postgresql_scan(), values)
        return _first_answer(attempt, row) if row is not None else None
    # SQLite has no INSERT inside WITH, and no wire that further statements would have to cross.
    with database.write() as db:
        connection = db.connection()
        made = connection.execute(sqlite_scan(), values).one_or_none()
        if made is None:
            return None
        if made.reason == "":
            body = str(told["body"]).replace(VERSION, f'"version":{made.version},')
            connection.execute(insert(OUTBOX_ROWS), {**told, "sequence": made.version, "body": body})
            wake(db, OUTBOX)
        answered = connection.execute(answer_of_scan(), {"id": attempt.id}).mappings().one()
    return _first_answer(attempt, answered)


def find_answer(db: Transaction, *, device_id: UUID, nonce: str) -> Answer | None:
    """What this device was answered to this nonce."""
    found = db.connection().execute(answer_to_nonce(), {"device_id": device_id, "nonce": nonce})
    row = found.mappings().one_or_none()
    if row is None:
        return None
    return Answer(**{name: row[name] for name in (*BROUGHT, "undone_at")}, **_told_of(row))


def _first_answer(attempt: Attempt, row: Mapping[Any, Any]) -> Answer:
    return Answer(**{name: getattr(attempt, name) for name in BROUGHT}, undone_at=None, **_told_of(row))


def _told_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """What the database knew, with empty texts where nobody is known."""
    texts = {name: row[name] or "" for name in (*SHOWN, "first_place")}
    first_at = row["first_at"].astimezone(UTC) if row["first_at"] else None
    return {"reason": row["reason"], "detail": row["detail"], "first_at": first_at, **texts}
