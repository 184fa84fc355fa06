"""The live page for everybody, and the stages' own page for organisers."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from services.streaming_gateway import queries, rules, usecases
from services.streaming_gateway.models import Slot
from services.streaming_gateway.schemas import LiveOut, RoomIn
from shared.auth import public, requires
from shared.clock import conference_now
from shared.errors import NotFound, Refusal
from shared.web import Form, database, etag_response, render, see_other

POLL_SECONDS = 3

blueprint = Blueprint(
    "streaming_gateway",
    __name__,
    url_prefix="/live",
    template_folder="templates",
    static_folder="static",
    static_url_path="/assets",
)


@blueprint.get("/<conference>/")
@public
def show_live(conference: str) -> Response:
    """The same bytes for everybody, so a cache may stand before it."""
    with database().read() as db:
        row = queries.get_announced_conference(db, conference)
        view = queries.live_view(db, row, conference_now(row.clock_offset))
        look = queries.dress(db, row)
        closed_days = [day for day in queries.list_days(db, row.id) if day.attend == "registered"]
    page = render(
        "streaming_gateway/live.html",
        look=look,
        conference=row,
        view=view,
        closed_days=closed_days,
        poll_seconds=POLL_SECONDS,
        opens_really_at=view.opens_at and view.opens_at - timedelta(seconds=row.clock_offset),
    )
    return etag_response(page.encode(), mimetype="text/html")


@blueprint.get("/<conference>/state.json")
@public
def show_state(conference: str) -> Response:
    """What the live page asks every few seconds; it changes only when the page does."""
    with database().read() as db:
        row = queries.get_announced_conference(db, conference)
        view = queries.live_view(db, row, conference_now(row.clock_offset))
    body = LiveOut().dumps(view, ensure_ascii=False)
    return etag_response(body.encode(), mimetype="application/json")


@blueprint.get("/manage/<conference>/")
@requires("stream:operate")
def list_stages(conference: str) -> str:
    with database().read() as db:
        row = queries.get_conference(db, conference)
        look = queries.dress(db, row, managing=True)
        days = {day.id: day for day in queries.list_all_days(db, row.id)}
        stages = sorted(queries.list_stages(db, row.id), key=lambda stage: days[stage.day_id].starts_at)
    return render("streaming_gateway/stages.html", look=look, conference=row, stages=stages, days=days)


@blueprint.get("/manage/<conference>/stages/<uuid:stage_id>")
@requires("stream:operate")
def show_stage(conference: str, stage_id: UUID) -> str:
    return _stage_page(conference, stage_id, form=None)


@blueprint.post("/manage/<conference>/stages/<uuid:stage_id>")
@requires("stream:operate")
def choose_room(conference: str, stage_id: UUID) -> BaseResponse | tuple[str, int]:
    """Bind a stage to a room."""
    form = Form(RoomIn, request.form)
    try:
        chosen = form.load()
        with database().write() as db:
            row = queries.get_conference(db, conference)
            usecases.bind_room(db, stage=queries.get_stage(db, row.id, stage_id), **chosen)
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return _stage_page(conference, stage_id, form=form), refusal.status
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
        form=form or Form(RoomIn, room_id=stage.room_id),
    )


def _room_options(slots: Sequence[Slot]) -> list[tuple[str, str]]:
    """Value and label of every room in which something takes place, by name."""
    return sorted({(str(slot.room_id), slot.room) for slot in slots}, key=lambda option: option[1])
