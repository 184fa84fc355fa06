"""Whether the process lives, whether it can serve, and numbers about it."""

from typing import Any

from flask import Blueprint, Response, jsonify

from shared.auth import public
from shared.bus.status import incoming, outgoing
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
        going, coming = outgoing(db, now()), incoming(db, now())
    return {
        "status": "ok",
        "outbox": {
            "waiting": going.waiting,
            "oldest_seconds": round(going.oldest_seconds, 1),
            "degraded": going.degraded,
        },
        "inbox": {"retry": coming.retry, "parked": coming.parked},
    }
