"""The checks see failure: each seeded defect is caught by a known history or a check of its own."""

from collections.abc import Iterator

import pytest

from tests.faults.defect import Defect, catch
from tests.faults.defects import DEFECTS
from tests.simulator.database import FaultyDatabase
from tests.simulator.history import toy_databases

MOST = 1  # the known seed alone


@pytest.fixture(scope="module")
def files() -> Iterator[dict[str, FaultyDatabase]]:
    with toy_databases() as made:
        yield made


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda one: one.name)
def test_a_seeded_defect_is_caught(files: dict[str, FaultyDatabase], defect: Defect) -> None:
    assert catch(defect, files, MOST).words


def test_each_defect_has_a_name_of_its_own() -> None:
    names = [defect.name for defect in DEFECTS]
    assert len(set(names)) == len(names) >= 20
