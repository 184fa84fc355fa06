"""What goes in and out of badges: keys, badges, codes to check, and what to print."""

from datetime import datetime
from typing import Any

import marshmallow as ma

from services.badges import queries, rules
from services.badges.rules import door
from shared.web import Schema, Text
from shared.web.paging import MOST

BADGE_ID = ma.validate.Regexp(r"[0-9a-f]{16}\Z", error="A badge id is 16 hex digits.")
NONCE = ma.validate.Regexp(
    r"[A-Za-z0-9_.:-]{8,64}\Z", error="A nonce has 8 to 64 letters, digits and -_.: in it."
)
MOST_AT_ONCE = 5000
MOST_CHARACTERS = 100_000
ALL, CHOSEN, UNPRINTED = "all", "selected", "unprinted"
ORDERS = ("name", "institution", "country")


class KeyOut(Schema):
    """An Ed25519 public key; `public_key` is base64url without padding."""

    key_id = ma.fields.Integer(required=True)
    algorithm = ma.fields.String(required=True)
    public_key = ma.fields.String(required=True)


class KeysOut(Schema):
    """Everything needed to check codes without asking again."""

    conference_number = ma.fields.Integer(required=True)
    keys = ma.fields.List(ma.fields.Nested(KeyOut), required=True)


class BadgeOut(Schema):
    """A badge and whose it is; the holder's fields are empty once they were erased."""

    badge_id = ma.fields.String(required=True)
    attendee_id = ma.fields.UUID(required=True)
    state = ma.fields.String(required=True, validate=ma.validate.OneOf(["valid", "revoked"]))
    name = ma.fields.String(required=True)
    institution = ma.fields.String(required=True)
    country = ma.fields.String(required=True)
    category = ma.fields.String(required=True)
    not_before = ma.fields.AwareDateTime(required=True)
    not_after = ma.fields.AwareDateTime(required=True)
    issued_at = ma.fields.AwareDateTime(required=True)
    revoked_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class BadgePageOut(Schema):
    """A page of badges; `next` goes into `after`, and is null on the last page."""

    items = ma.fields.List(ma.fields.Nested(BadgeOut), required=True)
    next = ma.fields.String(required=True, allow_none=True)


class BadgePageArgs(Schema):
    """`limit` is at most 200; `after` is the last badge id of the page before."""

    limit = ma.fields.Integer(load_default=50, validate=ma.validate.Range(1, MOST))
    after = ma.fields.String(load_default=None, validate=BADGE_ID)


class OwnBadgeOut(Schema):
    """The caller's badge; `code` is the text of the QR code, empty unless the state is valid."""

    state = ma.fields.String(required=True, validate=ma.validate.OneOf(["valid", "preparing", "revoked"]))
    name = ma.fields.String(required=True)
    badge_id = ma.fields.String(required=True, allow_none=True)
    code = ma.fields.String(required=True)
    not_before = ma.fields.AwareDateTime(required=True, allow_none=True)
    not_after = ma.fields.AwareDateTime(required=True, allow_none=True)


class CodeIn(Schema):
    """The text that a scanner read."""

    code = Text(required=True, max=500)


class VerdictOut(Schema):
    """`reason` is null for a valid code; `badge_id` is null unless a genuine code named one."""

    valid = ma.fields.Boolean(required=True)
    reason = ma.fields.String(required=True, allow_none=True, validate=ma.validate.OneOf(rules.REASONS))
    badge_id = ma.fields.String(required=True, allow_none=True)


class ListArgs(Schema):
    """The search over an organiser's list; `after_name` and `after` are those of the last holder seen."""

    class Meta:
        unknown = ma.EXCLUDE

    q = Text(max=200, load_default="")
    state = Text(load_default="", validate=ma.validate.OneOf(["", *queries.STATES]))
    after_name = ma.fields.String(load_default="")
    after = ma.fields.UUID(load_default=None, allow_none=True)


class PrintIn(Schema):
    """What to print, and in which order."""

    which = Text(required=True, validate=ma.validate.OneOf([ALL, CHOSEN, UNPRINTED]))
    order = Text(load_default=ORDERS[0], validate=ma.validate.OneOf(ORDERS))
    badge_ids = ma.fields.List(
        ma.fields.String(validate=BADGE_ID), load_default=list, validate=ma.validate.Length(max=MOST_AT_ONCE)
    )


class Instant(ma.fields.AwareDateTime):
    """An instant of this century, so that no arithmetic with it can fail."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        instant: datetime = super()._deserialize(value, attr, data, **kwargs)
        if not 2000 <= instant.year < 2100:
            raise ma.ValidationError("Not a time of this century.")
        return instant


class ScanIn(Schema):
    """One scan; `code` is the text that was read, whatever it is.

    `nonce` is a new random text for every scan and the same for its repetitions; `scanned_at` is when it was by the
    device's own clock.
    """

    code = ma.fields.String(required=True, validate=ma.validate.Length(max=MOST_CHARACTERS))
    day_id = ma.fields.UUID(required=True, metadata={"description": "The list."})
    nonce = ma.fields.String(required=True, validate=NONCE)
    scanned_at = Instant(load_default=None, allow_none=True)

    @ma.pre_load
    def refuse_unstorable_text(self, data: Any, **_: Any) -> Any:
        """What no database can carry is refused as a badge, and stored in a form that it can."""
        return data


class FirstScanOut(Schema):
    """When and where the same person had been let in; `at` is the conference's own time."""

    at = ma.fields.AwareDateTime(required=True)
    place = ma.fields.String(required=True)


class ScanOut(Schema):
    """The answer to a scan. `reason` is null for ok; name and so on are empty where no holder is known."""

    status = ma.fields.String(required=True, validate=ma.validate.OneOf([door.OK, door.ERROR]))
    reason = ma.fields.String(
        required=True, allow_none=True, validate=ma.validate.OneOf(list(door.EXPLANATIONS))
    )
    reason_explanation = ma.fields.String(required=True)
    detail = ma.fields.String(required=True, metadata={"description": "More exactly; empty for most."})
    nonce = ma.fields.String(required=True)
    day_id = ma.fields.UUID(required=True)
    at = ma.fields.AwareDateTime(required=True, metadata={"description": "The conference's own time."})
    badge_id = ma.fields.String(required=True, allow_none=True)
    name = ma.fields.String(required=True)
    category = ma.fields.String(required=True)
    institution = ma.fields.String(required=True)
    country = ma.fields.String(required=True)
    first_scan = ma.fields.Nested(FirstScanOut, required=True, allow_none=True)
    undone = ma.fields.Boolean(required=True)
    undo_until = ma.fields.AwareDateTime(required=True, allow_none=True)


class ReasonOut(Schema):
    """`reason` is null for ok."""

    status = ma.fields.String(required=True)
    reason = ma.fields.String(required=True, allow_none=True)
    http_status = ma.fields.Integer(required=True)
    explanation = ma.fields.String(required=True)


class ReasonsOut(Schema):
    """Every outcome of a scan, and the details that say more exactly why."""

    outcomes = ma.fields.List(ma.fields.Nested(ReasonOut), required=True)
    details = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String(), required=True)


class ListOut(Schema):
    """A check-in list, how many are in, and of how many that it would let in."""

    day_id = ma.fields.UUID(required=True)
    title = ma.fields.String(required=True)
    starts_at = ma.fields.AwareDateTime(required=True)
    ends_at = ma.fields.AwareDateTime(required=True)
    inside = ma.fields.Integer(required=True)
    expected = ma.fields.Integer(required=True)


class DoorOut(Schema):
    """A paired device and its lists; `preferred` is the list to begin with at the conference's own time `now`."""

    device = ma.fields.String(required=True)
    now = ma.fields.AwareDateTime(required=True)
    zone = ma.fields.String(required=True)
    preferred = ma.fields.UUID(required=True, allow_none=True)
    lists = ma.fields.List(ma.fields.Nested(ListOut), required=True)


class DeviceOut(Schema):
    """A paired device; `contact_at` is when it was last heard of, within ten seconds."""

    id = ma.fields.UUID(required=True)
    name = ma.fields.String(required=True)
    contact_at = ma.fields.AwareDateTime(required=True)
    revoked_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class ArrivalsOut(Schema):
    """Who is in, by day, and the devices at the door."""

    lists = ma.fields.List(ma.fields.Nested(ListOut), required=True)
    devices = ma.fields.List(ma.fields.Nested(DeviceOut), required=True)


class InvitationIn(Schema):
    """A device to pair: what it is called, which says where it stands, and its lists."""

    name = Text(required=True, max=80)
    day_ids = ma.fields.List(
        ma.fields.UUID(error_messages={"invalid_uuid": "Please choose from the lists shown."}),
        required=True,
        validate=ma.validate.Length(min=1, max=60, error="Please choose at least one list."),
    )


class PairingCodeIn(Schema):
    """The short code as it was typed."""

    code = Text(required=True, max=40)


class ScanForm(ScanIn):
    """A scan from a page without JavaScript."""

    class Meta:
        unknown = ma.EXCLUDE


class DoorArgs(Schema):
    """Which list is chosen on the page of the door, and which scan's answer it shows."""

    class Meta:
        unknown = ma.EXCLUDE

    day = ma.fields.UUID(load_default=None)
    nonce = Text(load_default="", max=64)


class NonceIn(Schema):
    nonce = ma.fields.String(required=True, validate=NONCE)


class ScanIdIn(Schema):
    scan_id = ma.fields.UUID(required=True)
