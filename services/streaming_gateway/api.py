"""The JSON API of streaming_gateway."""

from services.streaming_gateway import queries, rules
from services.streaming_gateway.schemas import LiveOut
from shared.auth import public
from shared.clock import conference_now
from shared.web import database
from shared.web.api import Blueprint
from shared.web.problems import Problem

blueprint = Blueprint(
    "streaming_gateway_api",
    __name__,
    url_prefix="/live/api/v1",
    description="What is on stage.",
)


@blueprint.get("/conferences/<conference>/stage")
@public
@blueprint.response(200, LiveOut)
@blueprint.alt_response(404, schema=Problem)
def get_stage(conference: str) -> rules.LiveView:
    """What a viewer of the live page sees now."""
    with database().read() as db:
        row = queries.get_announced_conference(db, conference)
        return queries.live_view(db, row, conference_now(row.clock_offset))
