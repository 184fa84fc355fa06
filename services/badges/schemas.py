"""What goes in and out of badges: keys, badges, codes to check, and what to print."""

import marshmallow as ma

from services.badges import queries, rules
from shared.web import Schema, Text
from shared.web.paging import MOST

BADGE_ID = ma.validate.Regexp(r"[0-9a-f]{16}\Z", error="A badge id is 16 hex digits.")
MOST_AT_ONCE = 5000
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
