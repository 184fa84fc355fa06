"""Which names we take."""

import unicodedata

from shared.errors import Invalid

_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def require_badge_name(name: str) -> str:
    """The name as it will stand on the badge, unchanged inside; raises Invalid naming `name`."""
    if any(unicodedata.category(mark) == "Cc" for mark in name):
        raise Invalid(fields={"name": ["A name stands on one line, without control characters."]})
    if _OVERRIDES & set(name):
        raise Invalid(
            fields={"name": ["Please leave out the invisible marks that turn the writing direction."]}
        )
    if not any(unicodedata.category(mark).startswith("L") for mark in name):
        raise Invalid(fields={"name": ["A name needs at least one letter."]})
    return name
