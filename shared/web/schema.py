"""The base of every schema: strict, and closed to text that no database or page can carry."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma

from shared.errors import Invalid


class Schema(ma.Schema):
    """Unknown fields are refused in JSON; forms leave them out before they load."""

    class Meta:
        unknown = ma.RAISE

    @ma.pre_load
    def refuse_unstorable_text(self, data: Any, **_: Any) -> Any:
        if isinstance(data, Mapping):
            wrong = {str(name): [reason] for name, value in data.items() if (reason := unstorable(value))}
            if wrong:
                raise ma.ValidationError(wrong)
        return data

    def read(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Like load, but refusing with Invalid."""
        try:
            return dict(self.load(data))
        except ma.ValidationError as error:
            raise Invalid(fields=flat_messages(error.normalized_messages())) from error


class Text(ma.fields.String):
    """One line or more of text without surrounding space; `max` and `min` count characters after that."""

    def __init__(self, *, max: int = 200, min: int | None = None, **kwargs: Any) -> None:
        least = min if min is not None else (1 if kwargs.get("required") else 0)
        fill_in = "Please fill this in." if least == 1 else f"Please write at least {least} characters."
        limits = [
            ma.validate.Length(min=least, error=fill_in),
            ma.validate.Length(max=max, error=f"Please use at most {max} characters."),
        ]
        kwargs["validate"] = [*limits, *_listed(kwargs.get("validate"))]
        kwargs.setdefault("error_messages", {})["required"] = "Please fill this in."
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return super()._deserialize(value, attr, data, **kwargs).strip()


def unstorable(value: Any) -> str:
    """Why this text cannot be kept, or nothing; looks into lists and objects."""
    if isinstance(value, str):
        if "\x00" in value:
            return "Contains a NUL character."
        if any("\ud800" <= mark <= "\udfff" for mark in value):
            return "Contains half of a surrogate pair, which is not a character."
        return ""
    parts: Any = ()
    if isinstance(value, Mapping):
        parts = [*value.keys(), *value.values()]
    elif isinstance(value, list | tuple):
        parts = value
    return next((reason for part in parts if (reason := unstorable(part))), "")


def flat_messages(messages: Any, prefix: str = "") -> dict[str, list[str]]:
    """marshmallow's nested messages as one list per dotted field name."""
    if isinstance(messages, list):
        return {prefix: [str(message) for message in messages]}
    if not isinstance(messages, dict):
        return {prefix: [str(messages)]}
    flat: dict[str, list[str]] = {}
    for name, inner in messages.items():
        path = "" if name == "_schema" else str(name)
        flat.update(flat_messages(inner, ".".join(part for part in (prefix, path) if part)))
    return flat


def _listed(validate: Any) -> list[Any]:
    if validate is None:
        return []
    return list(validate) if isinstance(validate, list | tuple) else [validate]
