"""Whether the process lives, whether it can serve, and numbers about it."""

from typing import Any

from flask import Blueprint, Response, jsonify
from sqlalchemy import func, select

from shared.auth import public
from shared.bus.inbox import count_by_state
from shared.bus.tables import Outbox
from shared.clock import now
from shared.db import Database
from shared.web.context import database

blueprint = Blueprint("health", __name__)


@blueprint.get("/livez")
@public
def livez() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """The database answers and its tables are there. The broker is no condition: events can wait."""
    state = readiness(database())
    return jsonify(state), 200 if state["status"] == "ok" else 503


def readiness(db_of_service: Database) -> dict[str, Any]:
    """The state of one service, as readyz tells it."""
    if not db_of_service.answers():
        return {"status": "unavailable", "reason": "the database does not answer"}
    with db_of_service.read() as db:
        waiting, oldest = db.execute(
            select(func.count(), func.min(Outbox.created_at)).where(Outbox.sent_at.is_(None))
        ).one()
        heard = count_by_state(db)
    age = (now() - oldest).total_seconds() if oldest else 0.0
    return {
        "status": "ok",
        "outbox": {"waiting": waiting, "oldest_seconds": round(age, 1), "degraded": age > 30},
        "inbox": {"retry": heard.get("retry", 0), "parked": heard.get("parked", 0)},
    }
