"""What the organisers' forms beside the agenda itself take in: rules, people, rooms, releases."""

from datetime import datetime
from typing import Any

import marshmallow as ma
from marshmallow.validate import NoneOf, OneOf, Range

from services.sessions.rules.concerns import SEVERITIES
from services.sessions.schemas.incoming import FIRST, LAST, RoomIn, VersionIn
from shared.web import Schema, Text


def _severity() -> ma.fields.String:
    return ma.fields.String(required=True, validate=OneOf(SEVERITIES, error="Choose one of {choices}."))


class RulesIn(VersionIn):
    """How grave each rule is, and how many minutes a room needs between two sessions."""

    room = _severity()
    speaker = _severity()
    day = _severity()
    buffer = _severity()
    room_closed = _severity()
    speaker_away = _severity()
    too_small = _severity()
    unconfirmed = _severity()
    no_speaker = _severity()
    buffer_minutes = ma.fields.Integer(
        required=True, validate=Range(min=0, max=600, error="Between {min} and {max} minutes.")
    )


class AvailabilityIn(Schema):
    """Local times from which and until which somebody or something can be had, pairwise."""

    available_from = ma.fields.List(Text(max=40), load_default=list)
    available_until = ma.fields.List(Text(max=40), load_default=list)


class ChangeRoomIn(VersionIn, RoomIn, AvailabilityIn):
    """Another name, size or times for a room that is there."""


class SpeakerIn(VersionIn, AvailabilityIn):
    name = Text(max=300, required=True)
    affiliation = Text(max=300, load_default="")
    biography = Text(max=20_000, load_default="")
    address = Text(max=320, load_default="")
    confirmed = ma.fields.Boolean(load_default=False)
    without_photo = ma.fields.Boolean(load_default=False)


class OwnEntryIn(VersionIn, AvailabilityIn):
    """What speakers correct of their own entry."""

    affiliation = Text(max=300, load_default="")
    address = Text(max=320, load_default="")
    biography = Text(max=20_000, load_default="")
    without_photo = ma.fields.Boolean(load_default=False)


class AnswerIn(Schema):
    """Whether a speaker comes."""

    comes = ma.fields.String(required=True, validate=OneOf(("yes", "no")))


class RemoveIn(Schema):
    """What takes the place of the room, track or speaker that goes."""

    move_to = ma.fields.UUID(load_default=None, allow_none=True)


class ReleaseIn(Schema):
    """`name` empty means the next number; `notify` tells whom it concerns by mail."""

    name = Text(max=100, load_default="")
    comment = Text(max=2_000, load_default="")
    notify = ma.fields.Boolean(load_default=True)


class ReleaseFormIn(ReleaseIn):
    """The same from a form, in which a box that is not ticked is left out."""

    notify = ma.fields.Boolean(load_default=False)


class LocalMoment(ma.fields.NaiveDateTime):
    """A date and time on the clock of the conference, to the minute."""

    default_error_messages = {
        "required": "Choose when.",
        "invalid": "This is no date and time.",
        "invalid_awareness": "Write the local time alone.",
        "year": "The year is out of range.",
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        found = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST.year <= found.year <= LAST.year:
            raise self.make_error("year")
        return found.replace(second=0, microsecond=0)


class PlanReleaseIn(ReleaseFormIn):
    """`at` is local time of the conference."""

    at = LocalMoment(required=True)


MINUTES_LATE = [
    Range(min=-600, max=600, error="Between {min} and {max} minutes."),
    NoneOf([0], error="0 minutes change nothing."),
]


class LateIn(Schema):
    """A room that is late from a local time on."""

    room_id = ma.fields.UUID(required=True, error_messages={"required": "Choose a room."})
    since = LocalMoment(required=True)
    minutes = ma.fields.Integer(required=True, validate=MINUTES_LATE)


class ShiftIn(LateIn):
    """The same, with what the preview was made of."""

    seen = Text(max=64, required=True)
    notify = ma.fields.Boolean(load_default=False)
