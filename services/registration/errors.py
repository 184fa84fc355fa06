"""What registration refuses, each with its status and stable code."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.errors import NotFound, Refusal

if TYPE_CHECKING:
    from services.registration.models import Institution


class RegistrationClosed(Refusal):
    """The conference takes no registrations now."""

    code = "registration_closed"
    title = "Registration is not open"


class CapacityExhausted(Refusal):
    """A chosen day has no place left; nothing of the registration was kept."""

    code = "capacity_exhausted"
    title = "This day is full"


class InstitutionUnclear(Refusal):
    """What was typed fits no institution, or several; `matches` are offered to choose from."""

    status = 422
    code = "institution_unclear"
    title = "Which institution do you mean?"

    def __init__(self, detail: str, matches: "Sequence[Institution]") -> None:
        super().__init__(detail, fields={"institution": [detail]})
        self.matches = tuple(matches)


class AlreadyDecided(Refusal):
    """Somebody has decided this registration before; the first decision stands."""

    code = "already_decided"
    title = "This registration is decided already"


class ReasonMissing(Refusal):
    """A refusal without a reason helps nobody."""

    status = 422
    code = "reason_missing"
    title = "Please give a reason; it is part of the mail"


class NothingToCancel(Refusal):
    """The registration is not active any more."""

    code = "nothing_to_cancel"
    title = "This registration is not active any more"


class LinkUnknown(NotFound):
    """A wrong, old, used or revoked link: all look the same."""

    code = "link_unknown"
    title = "This link does not work (any more)"


class MailNotRepeatable(Refusal):
    """A mail that is still waiting to go out need not be sent again."""

    code = "mail_not_repeatable"
    title = "This mail is still on its way"
