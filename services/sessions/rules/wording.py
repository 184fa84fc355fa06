"""Names of kinds, languages and changes for people."""

from babel import Locale, UnknownLocaleError

CHANGES = {
    "new": "new",
    "cancelled": "cancelled",
    "restored": "takes place again",
    "time": "time",
    "duration": "length",
    "room": "room",
    "stream": "livestream",
    "title": "title",
    "speakers": "speakers",
    "language": "language",
    "links": "links",
    "visibility": "who may see or enter",
    "text": "text",
    "other": "details",
}


def language_label(code: str) -> str:
    """The English name of a language, or the code where nobody knows it."""
    try:
        return Locale.parse(code.replace("-", "_")).get_language_name("en") or code
    except (ValueError, UnknownLocaleError):
        return code


def plain_kind(kind: str) -> str:
    """A kind that has no name of its own: award_ceremony is an award ceremony."""
    return kind.replace("_", " ").capitalize()


def change_label(kinds: tuple[str, ...]) -> str:
    """What differs, in words; whoever goes to another room only needs to know that it is only the room."""
    return "only the room" if kinds == ("room",) else ", ".join(CHANGES[kind] for kind in kinds)
