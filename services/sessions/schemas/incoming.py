"""What forms and the API of `sessions` take in."""

from datetime import UTC, date, datetime
from typing import Any

import marshmallow as ma
from marshmallow.validate import OneOf, Range, Regexp

from services.sessions.rules.visibility import AUDIENCES
from shared.web import Schema, Text

FIRST, LAST = date(1970, 1, 1), date(2199, 12, 31)
LONGEST_MINUTES = 14 * 24 * 60
KINDS = {
    "talk": "Talk",
    "keynote": "Keynote",
    "panel": "Panel",
    "workshop": "Workshop",
    "award_ceremony": "Award ceremony",
    "social": "Social event",
    "break": "Break",
    "blocker": "Blocker (never public)",
}
STATES = {"draft": "Draft", "public": "Public", "cancelled": "Cancelled"}
_YEAR = Range(min=FIRST, max=LAST, error="Choose a date between {min} and {max}.")
_INSTANT = Range(
    min=datetime(1970, 1, 1, tzinfo=UTC),
    max=datetime(2199, 12, 31, tzinfo=UTC),
    error="The year is out of range.",
)
_AUDIENCE = OneOf(AUDIENCES, error="Choose one of {choices}.")


class Lines(Text):
    """A text of one entry per line, as a tuple without empty lines."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        return tuple(line.strip() for line in text.splitlines() if line.strip())


class LocalTime(ma.fields.Time):
    """A time on the clock of the conference, to the minute; an offset has no place in it."""

    default_error_messages = {"offset": "Write the local time alone, like 09:30."}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        found = super()._deserialize(value, attr, data, **kwargs)
        if found.tzinfo is not None:
            raise self.make_error("offset")
        return found.replace(second=0, microsecond=0)


class Links(Lines):
    """One link per line: an address, or words and an address with | between."""

    default_error_messages = {
        "address": "“{line}” is no link; write it like: Slides | https://example.org/slides"
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        links = []
        for line in super()._deserialize(value, attr, data, **kwargs):
            title, _, url = (part.strip() for part in line.rpartition("|"))
            if not url.startswith(("https://", "http://")) or len(url) > 2000 or " " in url:
                raise self.make_error("address", line=line[:80])
            links.append({"title": title[:300], "url": url})
        return tuple(links)


class VersionIn(Schema):
    version = ma.fields.Integer(
        required=True, error_messages={"required": "The form came without its version; load it again."}
    )


class PlaceIn(Schema):
    """When and where, in wall-clock time of the conference. `offset` tells two equal hours apart."""

    date = ma.fields.Date(required=True, validate=_YEAR, error_messages={"required": "Choose a date."})
    time = LocalTime(required=True, error_messages={"required": "Choose a time."})
    offset = Text(max=10, load_default="")
    minutes = ma.fields.Integer(
        required=True,
        validate=Range(min=1, max=LONGEST_MINUTES, error="The length must be 1 to {max} minutes."),
        error_messages={"required": "How long is it, in minutes?"},
    )
    room_id = ma.fields.UUID(required=True, error_messages={"required": "Choose a room."})


class MoveIn(PlaceIn, VersionIn):
    """Another place for a slot that is there."""


class SessionIn(Schema):
    """Everything a session says."""

    title = Text(max=500, required=True)
    subtitle = Text(max=500, load_default="")
    abstract = Text(max=20_000, load_default="")
    description = Text(max=100_000, load_default="")
    kind = Text(
        max=60,
        required=True,
        validate=Regexp(r"[a-z0-9_]+\Z", error="Use small letters, digits and underscores."),
    )
    language = Text(max=20, load_default="")
    track_id = ma.fields.UUID(load_default=None, allow_none=True)
    speakers = Lines(max=10_000, load_default=())
    areas = Lines(max=2_000, load_default=())
    links = Links(max=20_000, load_default=())
    listed = ma.fields.String(load_default="public", validate=_AUDIENCE)
    attend = ma.fields.String(load_default="public", validate=_AUDIENCE)
    state = ma.fields.String(load_default="confirmed", validate=OneOf(("planned", "confirmed")))
    expected = ma.fields.Integer(load_default=None, allow_none=True, validate=Range(min=0, max=1_000_000))

    @ma.validates("speakers")
    def check_names(self, value: tuple[str, ...], data_key: str) -> None:
        if any(len(name) > 300 for name in value):
            raise ma.ValidationError("A name has at most 300 characters.")
        if len(value) > 100:
            raise ma.ValidationError("At most 100 people can speak in one session.")


class ChangeSessionIn(SessionIn, VersionIn):
    """Other content for a session that is there."""


class AddSessionIn(SessionIn, PlaceIn):
    """A session with its first slot."""


class WaitingFileIn(Schema):
    """An upload that was looked at."""

    waiting = Text(max=64, required=True)
    filename = Text(max=200, required=True)


class SettingsIn(VersionIn):
    name = Text(max=200, required=True)
    tagline = Text(max=300, load_default="")
    welcome = Text(max=5_000, load_default="")
    venue = Text(max=300, load_default="")
    accent = Text(
        max=7, required=True, validate=Regexp(r"#[0-9a-fA-F]{6}\Z", error="Write the colour like #1f5fa8.")
    )
    state = ma.fields.String(required=True, validate=OneOf(tuple(STATES)))
    without_logo = ma.fields.Boolean(load_default=False)
    without_image = ma.fields.Boolean(load_default=False)


class DayIn(VersionIn):
    """One day; `ends` on or before `starts` means the next morning."""

    title = Text(max=200, load_default="")
    date = ma.fields.Date(required=True, validate=_YEAR)
    starts = LocalTime(required=True)
    ends = LocalTime(required=True)
    listed = ma.fields.String(required=True, validate=_AUDIENCE)
    attend = ma.fields.String(required=True, validate=_AUDIENCE)
    stream = Text(
        max=500,
        load_default="",
        validate=Regexp(
            r"(https://|/)\S*\Z|\Z", error="Begin the address with https:// or /, or leave it empty."
        ),
    )


class RoomIn(Schema):
    name = Text(max=200, required=True)
    capacity = ma.fields.Integer(load_default=None, allow_none=True, validate=Range(min=0, max=1_000_000))


class TrackIn(Schema):
    """A track to add."""

    name = Text(max=200, required=True)
    color = Text(
        max=7,
        required=True,
        validate=Regexp(r"#[0-9a-fA-F]{6}\Z", error="Write the colour like #1f5fa8."),
    )


class ChangeTrackIn(VersionIn, TrackIn):
    """Another name or colour for a track that is there."""


class OrderIn(Schema):
    """One place towards the beginning or the end of an order."""

    towards = ma.fields.String(required=True, validate=OneOf(("start", "end")))


class ConferenceIn(Schema):
    slug = Text(max=60, required=True)
    name = Text(max=200, required=True)
    zone = Text(max=60, required=True)
    first_day = ma.fields.Date(required=True, validate=_YEAR)
    day_count = ma.fields.Integer(required=True, validate=Range(min=1, max=60))


class AgendaIn(Schema):
    """What an agenda is narrowed to."""

    day = ma.fields.Integer(load_default=None, validate=Range(min=1, max=1000))
    room = ma.fields.UUID(load_default=None)
    track = ma.fields.UUID(load_default=None)
    kind = Text(max=60, load_default="")
    language = Text(max=20, load_default="")
    speaker = ma.fields.UUID(load_default=None)
    q = Text(max=200, load_default="")


class SlotIn(Schema):
    """A place for a session."""

    session_id = ma.fields.UUID(required=True)
    room_id = ma.fields.UUID(required=True)
    starts_at = ma.fields.AwareDateTime(required=True, validate=_INSTANT)
    ends_at = ma.fields.AwareDateTime(required=True, validate=_INSTANT)


class SupposedIn(SlotIn):
    """A place that a session is held over; `slot_id` is the slot that would move there, none for a new one."""

    slot_id = ma.fields.UUID(load_default=None)


class TimesIn(Schema):
    """Whether the times of a calendar are UTC or on the clock of the conference."""

    times = Text(max=10, load_default="", validate=OneOf(("", "utc", "local"), error="Choose utc or local."))


class CalendarIn(AgendaIn, TimesIn):
    """What a calendar is narrowed to."""

    session = ma.fields.UUID(load_default=None)


class ScreenIn(Schema):
    """How a screen is lit, and which part of a long list it shows."""

    theme = Text(
        max=10, load_default="", validate=OneOf(("", "dark", "light"), error="Choose dark or light.")
    )
    page = ma.fields.Integer(load_default=1, validate=Range(min=1, max=1000))


class SlotPatchIn(Schema):
    """What to change of a slot; what is left out stays. The version comes in If-Match or here."""

    version = ma.fields.Integer()
    starts_at = ma.fields.AwareDateTime(validate=_INSTANT)
    ends_at = ma.fields.AwareDateTime(validate=_INSTANT)
    room_id = ma.fields.UUID()
    cancelled = ma.fields.Boolean()
