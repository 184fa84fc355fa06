"""The draft in rooms and times for the grid, and what a slot would break at a place."""

from typing import Any

from flask import jsonify, request

from services.sessions.api.blueprint import blueprint
from services.sessions.queries import conferences, drafts
from services.sessions.rules import grid
from services.sessions.schemas import ConcernsOut, GridOut, SupposedIn
from services.sessions.usecases import checking
from shared.auth import requires
from shared.web import database
from shared.web.problems import Problem


@blueprint.get("/conferences/<conference>/draft/grid")
@requires("agenda:manage")
@blueprint.response(200, GridOut)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
def get_grid(conference: str) -> Any:
    """The draft in rooms and times. Answers 304 to an If-None-Match that still holds."""
    with database().read() as db:
        draft = drafts.read_draft(db, conferences.get_conference(db, conference))
        answer = jsonify(GridOut().dump(grid.grid_of(draft, checking.check_draft(draft))))
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.get("/conferences/<conference>/draft/concerns")
@requires("agenda:manage")
@blueprint.arguments(SupposedIn, location="query")
@blueprint.response(200, ConcernsOut)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
@blueprint.alt_response(422, schema=Problem)
def get_concerns(place: dict[str, Any], conference: str) -> Any:
    """What a session would break at a place. Changes nothing; in `slot_ids` the nil UUID stands for a new slot."""
    with database().read() as db:
        row = conferences.get_conference(db, conference)
        return {"concerns": checking.check_place(db, row, **place)}
