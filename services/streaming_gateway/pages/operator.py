"""The operator's pages: the stages of a conference, what each one shows, and the word to hold, resume or end it."""

import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.streaming_gateway import queries, rules, usecases
from services.streaming_gateway.media.fetching import read_allowance
from services.streaming_gateway.models import Slot, Stage
from services.streaming_gateway.pages.blueprint import blueprint
from services.streaming_gateway.pages.viewer import PLAYER_CSP, audience_here
from services.streaming_gateway.schemas import ActionIn, StageIn, StageOut
from shared.auth import requires
from shared.clock import now
from shared.errors import NotFound, Refusal
from shared.web import Form, database, etag_response, render, see_other, settings
from shared.web.responses import tag_of


@blueprint.get("/manage/<conference>/")
@requires("stream:operate")
def list_stages(conference: str) -> str:
    with database().read() as db:
        row = queries.get_conference(db, conference)
        look = queries.dress(db, row, managing=True)
        days = {day.id: day for day in queries.list_all_days(db, row.id)}
        stages = [stage for stage in queries.list_stages(db, row.id) if not days[stage.day_id].withdrawn]
    stages.sort(key=lambda stage: days[stage.day_id].starts_at)
    return render("streaming_gateway/stages.html", look=look, conference=row, stages=stages, days=days)


@blueprint.get("/manage/<conference>/stages/<uuid:stage_id>")
@requires("stream:operate")
def show_stage(conference: str, stage_id: UUID) -> Response:
    return _player(_stage_page(conference, stage_id, form=None))


@blueprint.get("/manage/<conference>/stages/<uuid:stage_id>/state.json")
@requires("stream:operate")
def show_stage_state(conference: str, stage_id: UUID) -> Response:
    """What the stage's page asks every second."""
    with database().read() as db:
        stage = queries.get_stage(db, queries.get_conference(db, conference).id, stage_id)
    return etag_response(_state(stage), mimetype="application/json", private=True)


@blueprint.post("/manage/<conference>/stages/<uuid:stage_id>")
@requires("stream:operate")
def change_stage(conference: str, stage_id: UUID) -> BaseResponse | tuple[Response, int]:
    """Bind a stage to a room and to a source."""
    form = Form(StageIn, request.form)
    try:
        chosen = form.load()
        with database().write() as db:
            stage = queries.get_stage(db, queries.get_conference(db, conference).id, stage_id)
            usecases.bind_room(db, stage=stage, room_id=chosen["room_id"])
            allowance = read_allowance(settings().origin_allow)
            usecases.choose_source(db, stage=stage, source=chosen["source"], allowance=allowance, now=now())
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return _player(_stage_page(conference, stage_id, form=form)), refusal.status
    return see_other(url_for(".show_stage", conference=conference, stage_id=stage_id))


@blueprint.post("/manage/<conference>/stages/<uuid:stage_id>/act")
@requires("stream:operate")
def act(conference: str, stage_id: UUID) -> BaseResponse:
    """Hold, resume, end or reopen."""
    given: dict[str, Any] = Form(ActionIn, request.form).load()
    with database().write() as db:
        stage = queries.get_stage(db, queries.get_conference(db, conference).id, stage_id)
        usecases.act_on_stage(db, stage=stage, action=given["action"], now=now())
    return see_other(url_for(".show_stage", conference=conference, stage_id=stage_id))


def _stage_page(slug: str, stage_id: UUID, *, form: Form | None) -> str:
    with database().read() as db:
        conference = queries.get_conference(db, slug)
        stage = queries.get_stage(db, conference.id, stage_id)
        look, day = queries.dress(db, conference, managing=True), queries.get_day(db, stage.day_id)
        rooms = _room_options(queries.list_public_slots(db, [day.id]))
    return render(
        "streaming_gateway/stage.html",
        look=look,
        conference=conference,
        stage=stage,
        day=day,
        window=rules.window_of(day),
        rooms=rooms,
        playlist=queries.stage_playlist(stage, day, now=now(), secret=settings().signing_secret),
        viewers=_viewers(stage),
        state_tag=tag_of(_state(stage)),
        form=form or Form(StageIn, room_id=stage.room_id, source=stage.source),
    )


def _state(stage: Stage) -> bytes:
    state: dict[str, Any] = {**StageOut().dump(stage), "viewers": _viewers(stage)}
    return StageOut().dumps(state).encode()


def _viewers(stage: Stage) -> int:
    return audience_here().count(stage.id, steady=time.monotonic())


def _room_options(slots: Sequence[Slot]) -> list[tuple[str, str]]:
    """Value and label of every room in which something takes place, by name."""
    return sorted({(str(slot.room_id), slot.room) for slot in slots}, key=lambda option: option[1])


def _player(page: str) -> Response:
    response = Response(page, mimetype="text/html")
    response.headers["Content-Security-Policy"] = PLAYER_CSP
    return response
