"""A few hundred steps of simulated history in every run of the suite; `make simulate` does millions."""

from collections.abc import Iterator

import pytest

from tests.simulator.database import FaultyDatabase
from tests.simulator.history import KINDS, live, toy_databases

SEEDS = range(1, 16)


@pytest.fixture(scope="module")
def files() -> Iterator[dict[str, FaultyDatabase]]:
    with toy_databases() as made:
        yield made


@pytest.mark.parametrize("kind", KINDS)
def test_every_history_ends_with_each_event_done_once_and_in_order(
    files: dict[str, FaultyDatabase], kind: str
) -> None:
    histories = [live(seed, files, (kind,)) for seed in SEEDS]
    assert [(one.seed, one.wrong) for one in histories if one.wrong] == []
    assert sum(one.counts.effects for one in histories) > 50


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_always_tells_the_same_story(files: dict[str, FaultyDatabase], kind: str) -> None:
    first, _, second = (live(seed, files, (kind,)) for seed in (7, 8, 7))
    assert first == second
    assert len(first.trace) > 10
