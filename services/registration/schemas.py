"""What registration takes in, from forms as from programs, and what it gives out."""

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from services.registration.models import Institution
from services.registration.rules.countries import country_name
from services.registration.rules.names import require_badge_name
from services.registration.rules.states import APPROVED, CATEGORIES, REJECTED
from shared.errors import Invalid
from shared.mail.addresses import normalise_address
from shared.web import Schema, Text
from shared.web.paging import PageArgs

MOST_DAYS = 60
MOST_AT_ONCE = 500
_NEEDED = "Without this we cannot register you."
_CHOOSE_COUNTRY = "Please choose a country from the list."


class MailAddress(Text):
    """An address that mail can be sent to, as it was typed."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        address = super()._deserialize(value, attr, data, **kwargs)
        if address:
            _checked(normalise_address, address)
        return address


class BadgeName(Text):
    """A name as it should stand on a badge."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        name = super()._deserialize(value, attr, data, **kwargs)
        if name:
            _checked(require_badge_name, name)
        return name


class Agreed(fields.Boolean):
    """A consent without which nothing goes on."""

    def __init__(self) -> None:
        super().__init__(
            required=True,
            validate=validate.Equal(True, error=_NEEDED),
            error_messages={"required": _NEEDED},
        )


class Country(fields.String):
    """The two letters of a country (ISO 3166)."""

    def __init__(self) -> None:
        super().__init__(
            required=True,
            validate=validate.Regexp(r"[A-Z]{2}\Z", error=_CHOOSE_COUNTRY),
            error_messages={"required": _CHOOSE_COUNTRY},
        )


class RegistrationIn(Schema):
    """A registration; an institution is given by its id or in words."""

    name = BadgeName(required=True, max=120)
    address = MailAddress(required=True, max=320)
    country = Country()
    institution = Text(load_default="", max=300)
    institution_id = fields.UUID(load_default=None, allow_none=True)
    day_ids = fields.List(
        fields.UUID(error_messages={"invalid_uuid": "Please choose from the days shown."}),
        required=True,
        validate=validate.Length(min=1, max=MOST_DAYS, error="Please choose at least one day."),
    )
    terms = Agreed()
    privacy = Agreed()
    photo = fields.Boolean(load_default=False)

    @ma.validates_schema(skip_on_field_errors=False)
    def institution_is_named(self, data: dict[str, Any], **_: Any) -> None:
        if not data.get("institution") and not data.get("institution_id"):
            raise ma.ValidationError("Please name your institution.", "institution")


class RegistrationForm(RegistrationIn):
    """The same on the page, with the answer to which institution was meant."""

    institution_choice = Text(load_default="", max=40)
    institution_other = Text(load_default="", max=300)


class AddressIn(Schema):
    address = MailAddress(required=True, max=320)


class NameIn(Schema):
    name = BadgeName(required=True, max=120)


class ConsentIn(Schema):
    """`given` says yes or no to the consent of this kind."""

    consent = Text(required=True, max=20)
    given = fields.Boolean(load_default=False)


class EmptyIn(Schema):
    """A form that is one button."""


class ReasonIn(Schema):
    reason = Text(required=True, max=1000)


class DecisionIn(Schema):
    decision = Text(required=True, validate=validate.OneOf([APPROVED, REJECTED]))
    reason = Text(load_default="", max=1000)


class BulkDecisionIn(DecisionIn):
    attendee_ids = fields.List(
        fields.UUID(),
        required=True,
        validate=validate.Length(min=1, max=MOST_AT_ONCE, error="Please tick at least one registration."),
    )


class CategoryIn(Schema):
    category = Text(required=True, validate=validate.OneOf(CATEGORIES))


class SettingsIn(Schema):
    """The settings of a conference; a field per day joins it, see `settings_schema`."""

    registration_open = fields.Boolean(load_default=False)
    approval_needed = fields.Boolean(load_default=False)
    newcomer_hint = Text(load_default="", max=2000)


def settings_schema(day_ids: list[str]) -> type[Schema]:
    """SettingsIn with `capacity_<day id>` for each day: a whole number, or nothing for no limit."""
    members: dict[str, Any] = {
        f"capacity_{day_id}": fields.Integer(
            load_default=None,
            strict=False,
            validate=validate.Range(
                min=0, max=1_000_000, error="From 0 to 1,000,000, or empty for no limit."
            ),
            error_messages={"invalid": "A whole number, or empty for no limit."},
        )
        for day_id in day_ids
    }
    return type("ConferenceSettingsIn", (SettingsIn,), members)


class InstitutionIn(Schema):
    """`names` has one name per line, the leading one first."""

    names = Text(required=True, max=2000)
    country = Country()
    city = Text(load_default="", max=200)


class InstitutionLinesIn(Schema):
    """Many institutions, one per line."""

    lines = Text(required=True, max=500_000)


class OrganiserIn(AddressIn):
    pass


class SearchArgs(Schema):
    q = Text(required=True, max=200)


class RegistrationArgs(PageArgs):
    state = Text(load_default="", max=20)
    country = Text(load_default="", max=2)
    day = fields.UUID(load_default=None)
    q = Text(load_default="", max=200)
    arrived = Text(load_default="", validate=validate.OneOf(["", "yes", "no"]))


class TokenIn(Schema):
    """`audience` is a service; `conference` a slug, or null for the platform."""

    audience = Text(
        required=True, validate=validate.OneOf(["registration", "sessions", "badges", "streaming_gateway"])
    )
    conference = Text(load_default=None, allow_none=True, max=80)


class TokenOut(ma.Schema):
    token = fields.String(required=True)
    expires_in = fields.Integer(required=True, metadata={"description": "Seconds."})


class AcceptedOut(ma.Schema):
    """The same whether the address was registered before or not: look at your mail."""

    status = fields.String(required=True)


class SuggestionOut(ma.Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    detail = fields.String(required=True)


def suggestion(institution: Institution) -> dict[str, str]:
    """An institution as completing fields want it; `detail` holds its other names and its place."""
    others = [str(known["name"]) for known in institution.names[1:3]]
    place = ", ".join(part for part in (institution.city, country_name(institution.country)) if part)
    return {"id": str(institution.id), "name": institution.name, "detail": " · ".join([*others, place])}


class DayOut(ma.Schema):
    """`places_left` is null where nobody counts."""

    id = fields.UUID(required=True)
    title = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    places_left = fields.Integer(required=True, allow_none=True)


class AttendeeOut(ma.Schema):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    address = fields.String(required=True)
    institution = fields.String(required=True, attribute="institution_name")
    country = fields.String(required=True)
    category = fields.String(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True)
    badge = fields.String(required=True, attribute="badge_state")
    day_ids = fields.List(fields.UUID(), required=True)
    arrived_day_ids = fields.List(fields.UUID(), required=True)
    created_at = fields.AwareDateTime(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    decided_by = fields.String(required=True)


def _checked(rule: Any, value: str) -> None:
    try:
        rule(value)
    except Invalid as refusal:
        raise ma.ValidationError([text for texts in refusal.fields.values() for text in texts]) from refusal
