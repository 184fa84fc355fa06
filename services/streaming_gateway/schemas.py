"""What goes in and out of streaming_gateway: the live state, the stages, and what their operator says."""

import re
from typing import Any

import marshmallow as ma

from services.streaming_gateway import rules
from shared.web import Schema, Text

PAGE_ID = re.compile(r"[A-Za-z0-9-]{16,64}")


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
    """`page` says what a viewer sees now, `pause` why an open stage shows no programme; `opens_at` is conference time.

    `playlist` is the path of the stage's HLS playlist while it is open, else empty.
    """

    page = ma.fields.String(required=True, validate=ma.validate.OneOf(rules.PAGES))
    pause = ma.fields.String(required=True, validate=ma.validate.OneOf(["", "held", "lost"]))
    playlist = ma.fields.String(required=True)
    stage_id = ma.fields.UUID(attribute="stage.id", dump_default=None, allow_none=True)
    day_id = ma.fields.UUID(attribute="day.id", dump_default=None, allow_none=True)
    room = ma.fields.String(required=True)
    opens_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    now = ma.fields.Nested(SlotOut, required=True, allow_none=True)
    next = ma.fields.Nested(SlotOut, required=True, allow_none=True)


class HeartbeatIn(Schema):
    """`page` is a random id that a page makes for itself and forgets when it is closed."""

    stage = ma.fields.UUID(required=True)
    page = ma.fields.String(
        required=True,
        validate=ma.validate.Regexp(rf"{PAGE_ID.pattern}\Z", error="16 to 64 letters, digits and -."),
    )


class StageOut(Schema):
    """A stage as its operator sees it. `showing` is programme, slate or empty; `reason` is why nothing comes."""

    id = ma.fields.UUID(required=True)
    day_id = ma.fields.UUID(required=True)
    room_id = ma.fields.UUID(required=True, allow_none=True)
    state = ma.fields.String(
        required=True, validate=ma.validate.OneOf([rules.OFF, rules.SCHEDULED, rules.OPEN, rules.CLOSED])
    )
    source = ma.fields.String(required=True)
    held = ma.fields.Boolean(required=True)
    ended = ma.fields.Boolean(required=True)
    showing = ma.fields.String(required=True)
    reason = ma.fields.String(required=True)
    viewers = ma.fields.Integer(required=True)


class StagesOut(Schema):
    """Every stage of a conference, by day."""

    items = ma.fields.List(ma.fields.Nested(StageOut), required=True)


class ActionIn(Schema):
    """What the operator says: hold, resume, end or reopen."""

    action = Text(required=True, validate=ma.validate.OneOf(rules.ACTIONS))


class StageIn(Schema):
    """An empty room means the one in which the day begins; an empty source means that nothing is connected."""

    room_id = ma.fields.UUID(
        load_default=None,
        allow_none=True,
        error_messages={"invalid_uuid": "Please choose one of the rooms."},
    )
    source = Text(load_default="", max=2000)

    @ma.pre_load
    def no_choice(self, data: Any, **_: Any) -> Any:
        return {**data, "room_id": data.get("room_id") or None}
