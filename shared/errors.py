"""Refusals: what the software says no to, once, with a status and a stable code."""

from typing import Any


class Refusal(Exception):
    """A request that is understood and declined; rendered as problem+json (RFC 9457) or as a page.

    `detail` is the sentence a person reads; `fields` maps field names to messages; `extra` joins the JSON.
    """

    status = 409
    code = "refused"
    title = "This is not possible"

    def __init__(self, detail: str = "", *, fields: dict[str, list[str]] | None = None, **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.fields = fields or {}
        self.extra = extra


class NotFound(Refusal):
    """There is no such thing, or none for this person: both look the same."""

    status = 404
    code = "not_found"
    title = "There is nothing here"


class Forbidden(NotFound):
    """The thing exists, but not for this person; told apart only in the log."""


class Invalid(Refusal):
    """The input breaks its schema; `fields` names each field and why."""

    status = 422
    code = "invalid_input"
    title = "Some of the input needs another look"


class Stale(Refusal):
    """Somebody else changed it in the meantime."""

    status = 409
    code = "stale"
    title = "Somebody else has changed this in the meantime"


class Unauthenticated(Refusal):
    """Nobody is signed in; a page leads to the sign-in instead of showing this."""

    status = 401
    code = "sign_in_needed"
    title = "Please sign in"


class TooManyTries(Refusal):
    """A limit on guesses was reached; `retry_after` is in seconds."""

    status = 429
    code = "too_many_tries"
    title = "Too many tries; please wait a little"


class Unpaired(Refusal):
    """No paired device asks; a page leads to the pairing instead of showing this."""

    status = 401
    code = "unpaired"
    title = "This device is not paired"
