"""Rebuilding services' read models on a stack that is stepped by hand."""

import time
from collections.abc import Callable, Sequence

from shared.bus.comparison import Comparison
from shared.bus.rebuild import Rebuild
from tests.harness import SteppedStack

PATIENCE_SECONDS = 20


def open_rebuild(stack: SteppedStack, name: str) -> Rebuild:
    return _rebuild(stack, name, Rebuild.open)


def resume_rebuild(stack: SteppedStack, name: str) -> Rebuild:
    return _rebuild(stack, name, Rebuild)


def wait_for_worker(stack: SteppedStack, *rebuilds: Rebuild) -> None:
    while not all(rebuild.step().seen for rebuild in rebuilds):
        for runtime in stack.runtimes.values():
            runtime.work()


def fill(stack: SteppedStack, *rebuilds: Rebuild) -> None:
    """Let the publishers tell all they have told."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    wait_for_worker(stack, *rebuilds)
    while not all(rebuild.step().complete for rebuild in rebuilds):
        stack.settle()
        assert time.monotonic() < deadline


def rebuild_of(
    stack: SteppedStack, *names: str, meanwhile: Callable[[], None] = lambda: None
) -> list[Comparison]:
    """All of it, from the shadows' first moment to their last; `meanwhile` happens when a part has arrived."""
    rebuilds = [open_rebuild(stack, name) for name in names]
    wait_for_worker(stack, *rebuilds)
    meanwhile()
    fill(stack, *rebuilds)
    stack.settle()
    found = [one for rebuild in rebuilds for one in rebuild.swap()]
    for rebuild in rebuilds:
        rebuild.drop()
    return found


def differing(found: Sequence[Comparison]) -> dict[str, tuple[int, int, int]]:
    """The tables that were not as their shadow: missing, changed and extra rows."""
    return {one.table: (one.missing, one.changed, one.extra) for one in found if one.differing}


def _rebuild(stack: SteppedStack, name: str, begin: Callable[..., Rebuild]) -> Rebuild:
    service = stack.service(name).service
    publishers = {publisher: stack.service(publisher).database for publisher in service.publishers}
    return begin(service, stack.service(name).database, publishers)
