"""The stars of a participant, the same on every device."""

from typing import Any
from uuid import UUID

from services.sessions.api.blueprint import blueprint
from services.sessions.queries import conferences, personal, viewers
from services.sessions.schemas import StarsOut
from services.sessions.usecases import starring
from shared.auth import principal, requires
from shared.clock import now
from shared.errors import NotFound
from shared.web import database
from shared.web.problems import Problem


@blueprint.get("/conferences/<conference>/stars")
@requires("reg:self")
@blueprint.response(200, StarsOut)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
def list_stars(conference: str) -> Any:
    """The slots that the caller has starred and may know of, in the order of time."""
    with database().read() as db:
        row = conferences.get_shown_conference(db, conference)
        attendee = viewers.find_attendee(db, row, principal())
        if attendee is None:
            raise NotFound
        slots = personal.list_starred(db, row, attendee)
    return {"slots": [slot.slot_id for slot in slots]}


@blueprint.put("/conferences/<conference>/stars/<uuid:slot_id>")
@requires("reg:self")
@blueprint.response(204)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
def put_star(conference: str, slot_id: UUID) -> Any:
    """Star a slot; it does not matter whether it was starred before."""
    with database().write() as db:
        starring.star_slot(db, slug=conference, who=principal(), slot_id=slot_id, now=now())


@blueprint.delete("/conferences/<conference>/stars/<uuid:slot_id>")
@requires("reg:self")
@blueprint.response(204)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
def delete_star(conference: str, slot_id: UUID) -> Any:
    """Take a star back; it does not matter whether there was one."""
    with database().write() as db:
        starring.unstar_slot(db, slug=conference, who=principal(), slot_id=slot_id)
