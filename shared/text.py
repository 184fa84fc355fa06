"""Text for searching: folded so that accents and case do not matter."""

import unicodedata


def fold(text: str) -> str:
    """Compatibility-decomposed, without marks, case folded: what a search column holds."""
    decomposed = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "L"))
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark)).casefold().strip()


def like_pattern(query: str) -> str:
    """A LIKE pattern (escape character backslash) that finds the folded query anywhere."""
    escaped = fold(query).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
