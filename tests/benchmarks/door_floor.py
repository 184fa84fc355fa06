"""The floor of a scan: a bare WSGI app that runs the same statement with psycopg and does nothing else."""

import json
import os
import threading
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import psycopg
from sqlalchemy.dialects import postgresql

from services.badges.queries.scan_statement import postgresql_scan

COMPILED = postgresql_scan().compile(dialect=postgresql.psycopg.dialect())
SQL, FIXED = str(COMPILED), COMPILED.params
HELD = threading.local()


def cursor() -> psycopg.Cursor[Any]:
    """One connection per thread, always in autocommit."""
    if not hasattr(HELD, "cursor"):
        HELD.cursor = psycopg.connect(os.environ["FLOOR_DATABASE"], autocommit=True).cursor()
    return HELD.cursor


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    given = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    now = datetime.now(UTC)
    moments = dict.fromkeys(("at", "received_at", "scanned_at", "told_created_at"), now)
    new = {"id": uuid.uuid4(), "told_event_id": uuid.uuid4(), **moments}
    row = cursor().execute(SQL, {**FIXED, **given, **new}).fetchone()
    body = json.dumps(row, default=str).encode()
    start_response("201 Created", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
