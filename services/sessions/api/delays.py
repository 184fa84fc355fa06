"""Late rooms for programs: what would move, the release of it, and the way back."""

from typing import Any
from uuid import UUID

from services.sessions.api.blueprint import blueprint
from services.sessions.queries import conferences
from services.sessions.queries import running as queries
from services.sessions.rules.running import Shift
from services.sessions.schemas import DelayIn, DelayOut, ShiftArgs, ShiftOut
from services.sessions.usecases import running
from shared.auth import requires
from shared.clock import now
from shared.web import database
from shared.web.problems import Problem


@blueprint.get("/conferences/<conference>/delays")
@requires("agenda:manage")
@blueprint.response(200, DelayOut(many=True))
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
def list_delays(conference: str) -> Any:
    """Every delay so far, newest first, also those that were undone."""
    with database().read() as db:
        return queries.list_delays(db, conferences.get_conference(db, conference).id)


@blueprint.get("/conferences/<conference>/delays/preview")
@requires("agenda:manage")
@blueprint.arguments(ShiftArgs, location="query")
@blueprint.response(200, ShiftOut)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
@blueprint.alt_response(422, schema=Problem)
def preview_delay(args: dict[str, Any], conference: str) -> Any:
    """What would move, and what that would break. Changes nothing."""
    with database().read() as db:
        preview = running.preview_shift(db, conferences.get_conference(db, conference), Shift(**args))
    return {"changes": preview.change.slots, "concerns": preview.arising, "seen": preview.seen}


@blueprint.post("/conferences/<conference>/delays")
@requires("agenda:manage")
@blueprint.arguments(DelayIn)
@blueprint.response(201, DelayOut)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
@blueprint.alt_response(409, schema=Problem)
@blueprint.alt_response(422, schema=Problem)
def release_delay(data: dict[str, Any], conference: str) -> Any:
    """Release what was previewed, and nothing else."""
    seen, notify = data.pop("seen"), data.pop("notify")
    with database().write() as db:
        return running.shift_room(
            db, slug=conference, shift=Shift(**data), seen=seen, notify=notify, now=now()
        )


@blueprint.delete("/conferences/<conference>/delays/<uuid:delay_id>")
@requires("agenda:manage")
@blueprint.response(204)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
@blueprint.alt_response(409, schema=Problem)
def undo_delay(conference: str, delay_id: UUID) -> None:
    """Release the old times again; the delay stays in the list as undone."""
    with database().write() as db:
        running.undo_shift(db, slug=conference, delay_id=delay_id, now=now())
