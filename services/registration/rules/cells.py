"""Spreadsheet cells that stay text, whatever somebody typed into a form."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def neutral_cell(value: str) -> str:
    """The value with an apostrophe before anything a spreadsheet would calculate."""
    return (
        f"'{value}" if value.lstrip(" \u00a0").startswith(_FORMULA) or value.startswith(_FORMULA) else value
    )
