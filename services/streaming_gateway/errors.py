"""What streaming_gateway refuses, each with its status and stable code."""

from shared.errors import Refusal


class RoomUnknown(Refusal):
    """A stage can only be bound to a room in which something takes place on its day."""

    status = 422
    code = "room_unknown"
    title = "Nothing takes place in this room on this day"
