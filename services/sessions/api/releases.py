"""Releases for programs: those so far, one now or at a time, an older one again; and the rules that one has to keep."""

from typing import Any

from services.sessions.api.blueprint import blueprint, version_of
from services.sessions.models import Conference
from services.sessions.queries import conferences, released, versions
from services.sessions.rules.concerns import DEFAULTS
from services.sessions.schemas import PlanIn, PlanOut, ReleaseIn, ReleaseOut, RulesIn, RulesOut
from services.sessions.usecases import checking, planning, releasing
from services.sessions.usecases import versions as cases
from shared.auth import public, requires
from shared.clock import now
from shared.errors import NotFound
from shared.web import database
from shared.web.problems import Problem


@blueprint.get("/conferences/<conference>/releases")
@public
@blueprint.response(200, ReleaseOut(many=True))
@blueprint.alt_response(404, schema=Problem)
def list_releases(conference: str) -> Any:
    """The releases so far, newest first."""
    with database().read() as db:
        return released.list_releases(db, conferences.get_shown_conference(db, conference).id)


@blueprint.post("/conferences/<conference>/releases")
@requires("agenda:manage")
@blueprint.arguments(ReleaseIn)
@blueprint.response(201, ReleaseOut)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
@blueprint.alt_response(409, schema=Problem)
@blueprint.alt_response(422, schema=Problem)
def release(data: dict[str, Any], conference: str) -> Any:
    """Make the draft public."""
    with database().write() as db:
        return releasing.release_programme(db, slug=conference, **data, now=now())


@blueprint.post("/conferences/<conference>/releases/<int(max=2147483647):number>/again")
@requires("agenda:manage")
@blueprint.arguments(ReleaseIn)
@blueprint.response(201, ReleaseOut)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
@blueprint.alt_response(409, schema=Problem)
@blueprint.alt_response(422, schema=Problem)
def release_again(data: dict[str, Any], conference: str, number: int) -> Any:
    """Make an older release public again under a new number; the draft stays as it is."""
    with database().write() as db:
        return cases.release_version(db, slug=conference, number=number, **data, now=now())


@blueprint.get("/conferences/<conference>/draft/plan")
@requires("agenda:manage")
@blueprint.response(200, PlanOut)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
def get_plan(conference: str) -> Any:
    """The release that is to happen by itself; 404 where none is planned."""
    with database().read() as db:
        planned = versions.find_planned_release(db, conferences.get_conference(db, conference).id)
    if planned is None:
        raise NotFound
    return planned


@blueprint.put("/conferences/<conference>/draft/plan")
@requires("agenda:manage")
@blueprint.arguments(PlanIn)
@blueprint.response(200, PlanOut)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
@blueprint.alt_response(409, schema=Problem)
@blueprint.alt_response(422, schema=Problem)
def plan_release(data: dict[str, Any], conference: str) -> Any:
    """Release the draft at a time, whatever it says then; this replaces an earlier plan."""
    with database().write() as db:
        return planning.plan_release(db, slug=conference, **data, now=now())


@blueprint.delete("/conferences/<conference>/draft/plan")
@requires("agenda:manage")
@blueprint.response(204)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
def call_off_plan(conference: str) -> None:
    """Forget the planned release, if there still is one."""
    with database().write() as db:
        planning.call_off(db, slug=conference)


@blueprint.get("/conferences/<conference>/draft/rules")
@requires("agenda:manage")
@blueprint.response(200, RulesOut)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
def get_rules(conference: str) -> Any:
    """How grave each rule is."""
    with database().read() as db:
        return _told(conferences.get_conference(db, conference))


@blueprint.put("/conferences/<conference>/draft/rules")
@requires("agenda:manage")
@blueprint.arguments(RulesIn(partial=("version",)))
@blueprint.response(200, RulesOut)
@blueprint.alt_response(401, schema=Problem)
@blueprint.alt_response(404, schema=Problem)
@blueprint.alt_response(409, schema=Problem)
@blueprint.alt_response(422, schema=Problem)
def change_rules(data: dict[str, Any], conference: str) -> Any:
    """Choose how grave each rule is. Needs the version, in If-Match or in the body."""
    version, minutes = version_of(data), data.pop("buffer_minutes")
    data.pop("version", None)
    with database().write() as db:
        changed = checking.change_rules(
            db, slug=conference, version=version, severities=data, buffer_minutes=minutes
        )
        return _told(changed)


def _told(row: Conference) -> tuple[dict[str, Any], int, dict[str, str]]:
    told = {
        "severities": {**DEFAULTS, **row.severities},
        "buffer_minutes": row.buffer_minutes,
        "version": row.rules_version,
    }
    return told, 200, {"ETag": f'"{row.rules_version}"'}
