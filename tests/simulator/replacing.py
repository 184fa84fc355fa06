"""Names of a module or class that mean something else for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def replaced(place: Any, **values: Any) -> Iterator[None]:
    """`place` is a module or a class; its own values come back in any case."""
    real = {name: vars(place)[name] for name in values}
    try:
        for name, value in values.items():
            setattr(place, name, value)
        yield
    finally:
        for name, value in real.items():
            setattr(place, name, value)
