"""What the API of `sessions` gives out."""

import marshmallow as ma


class StarsOut(ma.Schema):
    """Slots that somebody has starred, by id."""

    slots = ma.fields.List(ma.fields.UUID())


class GridDayOut(ma.Schema):
    id = ma.fields.UUID()
    position = ma.fields.Integer()
    title = ma.fields.String()
    starts_at = ma.fields.AwareDateTime()
    ends_at = ma.fields.AwareDateTime()


class DayOut(GridDayOut):
    listed = ma.fields.String()
    attend = ma.fields.String()
    stream = ma.fields.String()


class ConferenceOut(ma.Schema):
    """A conference the public may know of; `days` are those of the current release."""

    id = ma.fields.UUID()
    slug = ma.fields.String()
    acronym = ma.fields.String()
    name = ma.fields.String()
    tagline = ma.fields.String()
    venue = ma.fields.String()
    zone = ma.fields.String()
    state = ma.fields.String()
    rehearsal = ma.fields.Boolean()
    release_number = ma.fields.Integer()
    days = ma.fields.List(ma.fields.Nested(DayOut))


class SpeakerOut(ma.Schema):
    id = ma.fields.UUID()
    export_id = ma.fields.Integer()
    name = ma.fields.String()


class NamedOut(ma.Schema):
    id = ma.fields.UUID()
    name = ma.fields.String()


class LinkOut(ma.Schema):
    title = ma.fields.String()
    url = ma.fields.String()


class SlotOut(ma.Schema):
    """A released slot. `sequence` is the iCalendar SEQUENCE; `links` only where everybody may enter."""

    id = ma.fields.UUID()
    export_id = ma.fields.Integer()
    session_id = ma.fields.UUID()
    title = ma.fields.String()
    subtitle = ma.fields.String()
    abstract = ma.fields.String()
    description = ma.fields.String()
    kind = ma.fields.String()
    language = ma.fields.String()
    track = ma.fields.Nested(NamedOut, allow_none=True)
    room = ma.fields.Nested(NamedOut)
    speakers = ma.fields.List(ma.fields.Nested(SpeakerOut))
    links = ma.fields.List(ma.fields.Nested(LinkOut))
    day_id = ma.fields.UUID(allow_none=True)
    starts_at = ma.fields.AwareDateTime()
    ends_at = ma.fields.AwareDateTime()
    attend = ma.fields.String()
    cancelled = ma.fields.Boolean()
    sequence = ma.fields.Integer()
    revision = ma.fields.Integer()
    last_modified = ma.fields.AwareDateTime()


class DraftSlotOut(ma.Schema):
    """A slot of the draft; `version` is its ETag."""

    id = ma.fields.UUID()
    session_id = ma.fields.UUID()
    room_id = ma.fields.UUID()
    day_id = ma.fields.UUID(allow_none=True)
    starts_at = ma.fields.AwareDateTime()
    ends_at = ma.fields.AwareDateTime()
    cancelled = ma.fields.Boolean()
    version = ma.fields.Integer()


class GridRoomOut(ma.Schema):
    id = ma.fields.UUID()
    name = ma.fields.String()
    capacity = ma.fields.Integer(allow_none=True)


class GridSessionOut(ma.Schema):
    """A session of the draft; `color` is that of its track, #rrggbb, or empty."""

    session_id = ma.fields.UUID()
    title = ma.fields.String()
    kind = ma.fields.String()
    state = ma.fields.String()
    color = ma.fields.String()
    speakers = ma.fields.List(ma.fields.Nested(NamedOut))


class GridSlotOut(GridSessionOut):
    """A session in its place; `version` is what If-Match wants."""

    id = ma.fields.UUID()
    version = ma.fields.Integer()
    room_id = ma.fields.UUID()
    starts_at = ma.fields.AwareDateTime()
    ends_at = ma.fields.AwareDateTime()
    cancelled = ma.fields.Boolean()


class ConcernOut(ma.Schema):
    """A rule (`kind`) that slots break; `severity` is block or warn."""

    kind = ma.fields.String()
    severity = ma.fields.String()
    text = ma.fields.String()
    slot_ids = ma.fields.List(ma.fields.UUID())


class ConcernsOut(ma.Schema):
    concerns = ma.fields.List(ma.fields.Nested(ConcernOut))


class GridOut(ConcernsOut):
    """The whole draft in rooms and times; `unplaced` are the sessions without a slot."""

    zone = ma.fields.String()
    days = ma.fields.List(ma.fields.Nested(GridDayOut))
    rooms = ma.fields.List(ma.fields.Nested(GridRoomOut))
    slots = ma.fields.List(ma.fields.Nested(GridSlotOut))
    unplaced = ma.fields.List(ma.fields.Nested(GridSessionOut))


class SlotChangeOut(ma.Schema):
    slot_id = ma.fields.UUID()
    title = ma.fields.Function(lambda change: change.after["title"])
    kinds = ma.fields.List(ma.fields.String())


class DraftOut(ma.Schema):
    """What a release would change, and what to look at first."""

    changes = ma.fields.List(ma.fields.Nested(SlotChangeOut))
    warnings = ma.fields.List(ma.fields.Nested(ConcernOut))


class ReleaseOut(ma.Schema):
    number = ma.fields.Integer()
    name = ma.fields.String()
    comment = ma.fields.String()
    created_at = ma.fields.AwareDateTime()
