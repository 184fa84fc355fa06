"""Rebuilding a service's read models on a stack that is stepped by hand."""

import time
from collections.abc import Callable

from shared.bus.comparison import Comparison
from shared.bus.rebuild import Rebuild
from tests.harness import SteppedStack

PATIENCE_SECONDS = 20


def open_rebuild(stack: SteppedStack, name: str) -> Rebuild:
    return _rebuild(stack, name, Rebuild.open)


def resume_rebuild(stack: SteppedStack, name: str) -> Rebuild:
    return _rebuild(stack, name, Rebuild)


def fill(stack: SteppedStack, rebuild: Rebuild, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Let the publishers tell all they have told; `meanwhile` happens when a part of it has arrived."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    is_midway = True
    while not (progress := rebuild.step()).complete:
        if is_midway and progress.arrived:
            meanwhile()
            is_midway = False
        stack.settle()
        assert time.monotonic() < deadline, progress
    stack.settle()


def rebuild_of(stack: SteppedStack, name: str) -> list[Comparison]:
    """All of it, from the shadow's first moment to its last."""
    rebuild = open_rebuild(stack, name)
    fill(stack, rebuild)
    found = rebuild.swap()
    rebuild.drop()
    return found


def differing(found: list[Comparison]) -> dict[str, tuple[int, int, int]]:
    """The tables that were not as their shadow: missing, changed and extra rows."""
    return {one.table: (one.missing, one.changed, one.extra) for one in found if one.differing}


def _rebuild(stack: SteppedStack, name: str, begin: Callable[..., Rebuild]) -> Rebuild:
    service = stack.service(name).service
    publishers = {publisher: stack.service(publisher).database for publisher in service.publishers}
    return begin(service, stack.service(name).database, publishers)
