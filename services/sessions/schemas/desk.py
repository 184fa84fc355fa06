"""What the organisers' forms beside the agenda itself take in: rules, people, rooms, releases."""

import marshmallow as ma
from marshmallow.validate import OneOf, Range

from services.sessions.rules.concerns import SEVERITIES
from services.sessions.schemas.incoming import RoomIn, VersionIn
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


class ChangeRoomIn(RoomIn, AvailabilityIn):
    """Another name, size or times for a room that is there."""


class SpeakerIn(VersionIn, AvailabilityIn):
    name = Text(max=300, required=True)
    affiliation = Text(max=300, load_default="")
    biography = Text(max=20_000, load_default="")
    confirmed = ma.fields.Boolean(load_default=False)


class ReleaseIn(Schema):
    """`name` empty means the next number."""

    name = Text(max=100, load_default="")
    comment = Text(max=2_000, load_default="")
