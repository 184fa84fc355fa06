"""One seed is one history: the world it makes, what happened in it, and what was wrong at its end."""

import random
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.simulator.database import FaultyDatabase, databases
from tests.simulator.deployed import Deployed
from tests.simulator.embedded import Embedded
from tests.simulator.ledger import Counts, settle
from tests.simulator.toys import SERVICES

MEMORY = Path("/dev/shm")  # where files live in memory on Linux
KINDS = {"embedded": Embedded, "deployed": Deployed}


@dataclass(frozen=True, kw_only=True)
class History:
    """`wrong` is empty when all is well."""

    seed: int
    kind: str
    trace: list[str]
    counts: Counts
    wrong: str


@contextmanager
def toy_databases() -> Iterator[dict[str, FaultyDatabase]]:
    """Files for as many histories as you like, one after the other."""
    with (
        tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder,
        databases(Path(folder), SERVICES) as made,
    ):
        yield made


def live(seed: int, files: Mapping[str, FaultyDatabase], kinds: tuple[str, ...] = tuple(KINDS)) -> History:
    """Everything in it follows from the seed."""
    chance = random.Random(~seed)
    kind = chance.choice(kinds)
    world = KINDS[kind](seed, files)
    counts, wrong = Counts(), ""
    try:
        with world.in_its_time():
            world.live(chance.randint(15, 50))
            counts = settle(world)
    except Exception as error:  # noqa: BLE001 - whatever the code of the bus raises here is what is looked for
        wrong = f"{type(error).__name__}: {error}"
    return History(seed=seed, kind=kind, trace=world.trace, counts=counts, wrong=wrong)
