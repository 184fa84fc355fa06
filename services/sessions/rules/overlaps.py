"""What is at the same time as something else that one person wants to see."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar


class Timed(Protocol):
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...
    @property
    def cancelled(self) -> bool: ...


T = TypeVar("T", bound=Timed)


def overlapping(one: T, others: Sequence[T]) -> list[T]:
    """The others that take place while this one does."""
    if one.cancelled:
        return []
    return [
        other
        for other in others
        if other is not one
        and not other.cancelled
        and other.starts_at < one.ends_at
        and other.ends_at > one.starts_at
    ]
