"""An HTML form: the same schemas as the API, what was typed kept, every error with its field."""

from typing import Any

import marshmallow as ma
from werkzeug.datastructures import MultiDict

from shared.errors import Invalid, Refusal
from shared.web.schema import Schema


class Form:
    """`values` holds what was typed, `errors` the messages by field name, "" for the whole form."""

    def __init__(self, schema: type[Schema], values: MultiDict[str, str] | None = None, **first: Any) -> None:
        self._schema = schema()
        self.values: MultiDict[str, str] = values if values is not None else MultiDict(_listed(first))
        self.errors: dict[str, list[str]] = {}

    def load(self) -> dict[str, Any]:
        """The clean data; raises Invalid with every error at once."""
        data: dict[str, Any] = {}
        for name, field in self._schema.load_fields.items():
            key = field.data_key or name
            if isinstance(field, ma.fields.List):
                data[key] = self.values.getlist(key)
            elif key in self.values:
                value = self.values[key]
                # An empty input is an absent value, except for text, where it is an empty text.
                if value.strip() or isinstance(field, ma.fields.String):
                    data[key] = value
        try:
            return self._schema.read(data)
        except Invalid as refusal:
            self.refuse(refusal)
            raise

    def refuse(self, refusal: Refusal) -> None:
        """Show why it was declined, at the fields it is about; the fault of one of several stands at all of them."""
        self.errors = {}
        for name, messages in (refusal.fields or {"": [refusal.detail]}).items():
            shown = self.errors.setdefault(name.partition(".")[0], [])
            shown += [message for message in messages if message not in shown]


def _listed(first: dict[str, Any]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in first.items():
        many = value if isinstance(value, list | tuple | set | frozenset) else [value]
        pairs += [(name, str(part)) for part in many if part is not None]
    return pairs
