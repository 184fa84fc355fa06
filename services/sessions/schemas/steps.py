"""What programs send and get about planned releases, rules and late rooms; pages have forms of their own for these."""

import marshmallow as ma

from services.sessions.rules.concerns import RULES
from services.sessions.schemas.desk import MINUTES_LATE, ReleaseIn
from services.sessions.schemas.outgoing import ConcernOut, SlotChangeOut
from shared.web import Schema, Text


class PlanIn(ReleaseIn):
    """`at` is an instant of the conference, which in a rehearsal has a clock of its own."""

    at = ma.fields.AwareDateTime(required=True)


class PlanOut(ma.Schema):
    """The release that is to happen at `due_at`; `refusal` says why it did not."""

    name = ma.fields.String()
    comment = ma.fields.String()
    due_at = ma.fields.AwareDateTime()
    notify = ma.fields.Boolean()
    refusal = ma.fields.String()


class RulesOut(ma.Schema):
    """Per rule block, warn or ignore; `version` is its ETag."""

    severities = ma.fields.Dict(
        keys=ma.fields.String(), values=ma.fields.String(), metadata={"example": dict.fromkeys(RULES, "warn")}
    )
    buffer_minutes = ma.fields.Integer()
    version = ma.fields.Integer()


class ShiftArgs(Schema):
    """The rest of a room's day from an instant on, later by `minutes`, or earlier when they are negative."""

    room_id = ma.fields.UUID(required=True)
    since = ma.fields.AwareDateTime(required=True)
    minutes = ma.fields.Integer(required=True, validate=MINUTES_LATE)


class DelayIn(ShiftArgs):
    """`seen` is what the preview answered: what has changed since is not moved unseen."""

    seen = Text(max=64, required=True)
    notify = ma.fields.Boolean(load_default=True)


class ShiftOut(ma.Schema):
    """What would move, and which rules that would newly break."""

    changes = ma.fields.List(ma.fields.Nested(SlotChangeOut))
    concerns = ma.fields.List(ma.fields.Nested(ConcernOut))
    seen = ma.fields.String()


class DelayOut(ma.Schema):
    """A shift that was released; `undone` once it was taken back."""

    id = ma.fields.UUID()
    room_id = ma.fields.UUID()
    room = ma.fields.String()
    minutes = ma.fields.Integer()
    since = ma.fields.AwareDateTime()
    undone = ma.fields.Boolean()
    notify = ma.fields.Boolean()
