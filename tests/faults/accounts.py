"""The databases of the four services, of either set-up, opened beside whatever runs on them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from services.allinone import Stack, four_services


@contextmanager
def accounts(environ: Mapping[str, str]) -> Iterator[Stack]:
    """A stack of which nothing runs; closed at the end."""
    stack = Stack(four_services(), environ)
    try:
        yield stack
    finally:
        for runtime in stack.runtimes.values():
            runtime.database.close()
