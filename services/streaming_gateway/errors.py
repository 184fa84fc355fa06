"""What streaming_gateway refuses, each with its status and stable code."""

from shared.errors import Refusal


class RoomUnknown(Refusal):
    """A stage can only be bound to a room in which something takes place on its day."""

    status = 422
    code = "room_unknown"
    title = "Nothing takes place in this room on this day"


class SourceUnusable(Refusal):
    """A stage shows a loop or an HLS playlist at an address that may be asked."""

    status = 422
    code = "source_unusable"
    title = "This source cannot be used"


class StageNotOpen(Refusal):
    """Only an open stage can be held, resumed or ended; only an ended one can be opened again."""

    status = 409
    code = "stage_not_open"
    title = "The stage is not in a state in which this is possible"
