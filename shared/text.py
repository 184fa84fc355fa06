"""Text for searching: folded so that accents and case do not matter."""

import unicodedata

# Letters of their own that no decomposition takes apart, as people type them on other keyboards.
_PLAIN = str.maketrans({"ı": "i", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th"})


def fold(text: str) -> str:
    """Compatibility-decomposed, without marks, case folded: what a search column holds."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return bare.casefold().translate(_PLAIN).strip()


def like_pattern(query: str) -> str:
    """A LIKE pattern (escape character backslash) that finds the folded query anywhere."""
    escaped = fold(query).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
