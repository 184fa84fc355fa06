"""Which row a thing in an imported file is: its own guid if that is free, else an id that always comes out the same."""

from collections.abc import Container
from uuid import NAMESPACE_URL, UUID, uuid5


def identify(*, slug: str, noun: str, key: str, guid: UUID | None, taken: Container[UUID]) -> UUID:
    """The guid unless it is taken (by another conference or an earlier one in this file), else a UUIDv5."""
    if guid is not None and guid not in taken:
        return guid
    derived = uuid5(NAMESPACE_URL, f"plenary:{slug}:{noun}:{key}")
    repeat = 2
    while derived in taken:
        derived = uuid5(NAMESPACE_URL, f"plenary:{slug}:{noun}:{key}:{repeat}")
        repeat += 1
    return derived


def number_of(text: str, taken: Container[int]) -> int | None:
    """The positive number that the text is, unless it is taken or no 32-bit app could hold it."""
    if not text.isascii() or not text.isdigit() or len(text) > 10:
        return None
    number = int(text)
    return number if 0 < number < 2**31 and number not in taken else None
