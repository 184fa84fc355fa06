"""Names of kinds and languages for people."""

from babel import Locale, UnknownLocaleError


def language_label(code: str) -> str:
    """The English name of a language, or the code where nobody knows it."""
    try:
        return Locale.parse(code.replace("-", "_")).get_language_name("en") or code
    except (ValueError, UnknownLocaleError):
        return code


def plain_kind(kind: str) -> str:
    """A kind that has no name of its own: award_ceremony is an award ceremony."""
    return kind.replace("_", " ").capitalize()
