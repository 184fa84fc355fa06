"""Kills the all-in-one process at random moments under load, then lets it settle its accounts."""

import random
import time
from pathlib import Path

from tests.faults.diary import keep_diaries
from tests.faults.door import Door
from tests.faults.ledger import Ledger, settle_accounts, wait_until_drained
from tests.faults.load import Load, open_registration
from tests.faults.nursery import HatchedServed
from tests.faults.seeded import seeded


def kill_at_random(folder: Path, *, kills: int, seed: int) -> tuple[Ledger, Load, Door]:
    """Load, kill, restart, so many times; then let everything drain and settle the accounts."""
    chance = random.Random(seed)
    environ = seeded(folder)
    served = HatchedServed(environ)
    try:
        served.start()
        keep_diaries(environ)
        load = Load(served.port, open_registration(environ), name=f"{seed}-")
        door = Door(served.port, environ)
        load.start()
        door.start()
        for _ in range(kills):
            time.sleep(chance.uniform(0.05, 1.0))
            served.kill()
            served.start()
        time.sleep(0.5)
        load.finish()
        door.finish()
        wait_until_drained(environ)
        served.stop()
    finally:
        if served.process is not None:
            served.kill()
    return settle_accounts(environ, load.accepted, door.admitted), load, door
