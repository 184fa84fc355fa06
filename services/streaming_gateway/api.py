"""The JSON API of streaming_gateway."""

from typing import Any
from uuid import UUID

from services.streaming_gateway import queries, rules, usecases
from services.streaming_gateway.models import Stage
from services.streaming_gateway.schemas import ActionIn, LiveOut, StageOut, StagesOut
from shared.auth import principal, public, requires
from shared.clock import now
from shared.web import database, settings
from shared.web.api import Blueprint
from shared.web.problems import Problem

blueprint = Blueprint(
    "streaming_gateway_api",
    __name__,
    url_prefix="/live/api/v1",
    description="What is on stage, and what its operator does.",
)


@blueprint.get("/conferences/<conference>/stage")
@public
@blueprint.response(200, LiveOut)
@blueprint.alt_response(404, schema=Problem)
def get_stage(conference: str) -> rules.LiveView:
    """What a viewer of the live page sees now."""
    with database().read() as db:
        row = queries.get_announced_conference(db, conference)
        return queries.live_view(db, row, now=now(), secret=settings().signing_secret)


@blueprint.get("/conferences/<conference>/me/stage")
@requires("reg:self")
@blueprint.response(200, LiveOut)
@blueprint.alt_response(404, schema=Problem)
def get_own_stage(conference: str) -> rules.LiveView:
    """What the caller may watch now; `playlist` needs neither cookie nor header, and is good for ten minutes."""
    who = principal()
    assert who is not None  # noqa: S101 - the guard has seen to it
    with database().read() as db:
        row = queries.get_announced_conference(db, conference)
        own_days = queries.list_own_days(db, row.id, UUID(who.subject))
        return queries.live_view(db, row, now=now(), secret=settings().signing_secret, own_days=own_days)


@blueprint.get("/conferences/<conference>/stages")
@requires("stream:operate")
@blueprint.response(200, StagesOut)
@blueprint.alt_response(404, schema=Problem)
def list_stages(conference: str) -> dict[str, Any]:
    """All stages of a conference."""
    with database().read() as db:
        return {"items": queries.list_stages(db, queries.get_conference(db, conference).id)}


@blueprint.post("/conferences/<conference>/stages/<uuid:stage_id>/actions")
@requires("stream:operate")
@blueprint.arguments(ActionIn)
@blueprint.response(200, StageOut)
@blueprint.alt_response(404, schema=Problem)
@blueprint.alt_response(409, schema=Problem)
def act(given: dict[str, Any], conference: str, stage_id: UUID) -> Stage:
    """Hold an open stage, resume it, end it, or open an ended one again."""
    with database().write() as db:
        stage = queries.get_stage(db, queries.get_conference(db, conference).id, stage_id)
        usecases.act_on_stage(db, stage=stage, action=given["action"], now=now())
        return stage
