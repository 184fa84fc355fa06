"""What goes in and out of streaming_gateway: the live state, and the binding of a stage to a room."""

from typing import Any

import marshmallow as ma

from shared.web import Schema


class SlotOut(Schema):
    """A slot on the stage; times are instants."""

    id = ma.fields.UUID(required=True)
    title = ma.fields.String(required=True)
    kind = ma.fields.String(required=True)
    room = ma.fields.String(required=True)
    speakers = ma.fields.List(ma.fields.String(), required=True)
    starts_at = ma.fields.AwareDateTime(required=True)
    ends_at = ma.fields.AwareDateTime(required=True)


class LiveOut(Schema):
    """`page` says what a viewer sees now; `opens_at` is in the conference's own time."""

    page = ma.fields.String(
        required=True, validate=ma.validate.OneOf(["countdown", "open", "invite", "over", "cancelled"])
    )
    stage_id = ma.fields.UUID(attribute="stage.id", dump_default=None, allow_none=True)
    day_id = ma.fields.UUID(attribute="day.id", dump_default=None, allow_none=True)
    room = ma.fields.String(required=True)
    opens_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    now = ma.fields.Nested(SlotOut, required=True, allow_none=True)
    next = ma.fields.Nested(SlotOut, required=True, allow_none=True)


class RoomIn(Schema):
    """Empty means: the room in which the day begins."""

    room_id = ma.fields.UUID(
        load_default=None,
        allow_none=True,
        error_messages={"invalid_uuid": "Please choose one of the rooms."},
    )

    @ma.pre_load
    def no_choice(self, data: Any, **_: Any) -> Any:
        return {**data, "room_id": data.get("room_id") or None}
