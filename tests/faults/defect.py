"""What a seeded defect is: a mistake that somebody could make, switched on from the outside for a while."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from tests.simulator.database import FaultyDatabase
from tests.simulator.history import KINDS, live

BOTH = tuple(KINDS)
Files = Mapping[str, FaultyDatabase]


@dataclass(frozen=True, kw_only=True)
class Defect:
    """`breaks` says what goes wrong with it, and which check has to see that.

    `seed` is one whose history shows it; others may have to be looked for when the simulator changes.
    """

    name: str
    breaks: str
    switch: Callable[[], AbstractContextManager[None]]
    kinds: tuple[str, ...] = BOTH
    seed: int = 1
    check: Callable[[], str] | None = None


@dataclass(frozen=True, kw_only=True)
class Catch:
    """How a defect was seen; `words` is empty when it was not."""

    seeds: int
    seed: int
    words: str


def catch(defect: Defect, files: Files, most: int) -> Catch:
    """Look with the known seed, then with as many others as allowed; what is wrong without the defect is no catch."""
    if defect.check is not None:
        return _catch_by_check(defect.switch, defect.check)
    for count, seed in enumerate([defect.seed, *range(1, most)], start=1):
        with defect.switch():
            words = live(seed, files, defect.kinds).wrong
        if words and not live(seed, files, defect.kinds).wrong:
            return Catch(seeds=count, seed=seed, words=words)
    return Catch(seeds=most, seed=0, words="")


def _catch_by_check(switch: Callable[[], AbstractContextManager[None]], check: Callable[[], str]) -> Catch:
    with switch():
        words = check()
    return Catch(seeds=0, seed=0, words="" if check() else words)
