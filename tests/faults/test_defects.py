"""The checks see failure: defects that few histories are enough for; `make simulate` switches on all of them."""

from collections.abc import Iterator

import pytest

from tests.faults.defect import Defect, catch
from tests.faults.defects import DEFECTS
from tests.simulator.database import FaultyDatabase
from tests.simulator.history import toy_databases

MOST = 60
QUICK = (
    "marked before the confirm",
    "selected in no order",
    "what was unsent at the start stays so",
    "marked after a failure",
    "settled with the first subscriber",
    "no deduplication",
    "acknowledged before the commit",
    "others of the subject not held back",
    "nothing is hopeless",
    "parked without its bytes",
    "deferred transactions on SQLite",
)


@pytest.fixture(scope="module")
def files() -> Iterator[dict[str, FaultyDatabase]]:
    with toy_databases() as made:
        yield made


@pytest.mark.parametrize("defect", [one for one in DEFECTS if one.name in QUICK], ids=lambda one: one.name)
def test_a_seeded_defect_is_caught(files: dict[str, FaultyDatabase], defect: Defect) -> None:
    assert catch(defect, files, MOST).words


def test_each_defect_has_a_name_of_its_own() -> None:
    names = [defect.name for defect in DEFECTS]
    assert len(set(names)) == len(names) >= 20
    assert set(QUICK) <= set(names)
