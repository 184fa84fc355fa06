"""What badges refuses, each with its status and stable code."""

from shared.errors import Refusal


class BadgeRefused(Refusal):
    """The code opens no door. `reason` is one stable word; `badge_id` is "" where none could be read."""

    status = 422
    code = "badge_refused"
    title = "This badge is not valid here and now"

    def __init__(self, reason: str, *, badge_id: str = "") -> None:
        super().__init__(reason=reason, badge_id=badge_id)
        self.reason, self.badge_id = reason, badge_id


class NoBadge(Refusal):
    """There is no badge to save: it is being prepared, or was revoked."""

    status = 404
    code = "no_badge"
    title = "There is no badge to save now"


class NothingToPrint(Refusal):
    """The choice holds no valid badge."""

    status = 422
    code = "nothing_to_print"
    title = "No badge is in this choice"


class PairingSpent(Refusal):
    """The link or code was used, has expired, or never was."""

    status = 404
    code = "pairing_spent"
    title = "This link no longer works"


class DeviceRevoked(Refusal):
    """The organisers took this phone off the door."""

    status = 401
    code = "device_revoked"
    title = "This phone was unpaired by the organisers"


class NothingToUndo(Refusal):
    """That scan let nobody in, or was undone before."""

    status = 409
    code = "nothing_to_undo"
    title = "There is nothing to undo: this scan let nobody in"


class TooLateToUndo(Refusal):
    """The time to undo a scan is over."""

    status = 409
    code = "too_late_to_undo"
    title = "A scan can be undone for 15 minutes; that time is over"
