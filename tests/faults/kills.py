"""Kills the all-in-one process at random moments under load: `python -m tests.faults.kills --kills 20 --seed 1`."""

import argparse
import random
import sys
import tempfile
import time

from tests.faults.door import Door
from tests.faults.ledger import Ledger, settle_accounts, wait_until_drained
from tests.faults.load import Load, open_registration
from tests.served import serving


def kill_at_random(folder: str, *, kills: int, seed: int) -> tuple[Ledger, Load, Door]:
    """Load, kill, restart, so many times; then let everything drain and settle the accounts."""
    chance = random.Random(seed)
    environ = {"DATA": folder, "PLENARY_LOG_LEVEL": "ERROR"}
    with serving(environ) as served:
        load = Load(served.port, open_registration(environ))
        door = Door(served.port, environ)
        load.start()
        door.start()
        for _ in range(kills):
            time.sleep(chance.uniform(0.05, 1.2))
            served.kill()
            served.start()
        time.sleep(0.5)
        load.finish()
        door.finish()
        wait_until_drained(environ)
        served.stop()
    return settle_accounts(environ, load.accepted, door.admitted), load, door


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    chosen = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="plenary-faults-") as folder:
        ledger, load, door = kill_at_random(folder, kills=chosen.kills, seed=chosen.seed)
    seconds = time.monotonic() - began
    return report(
        f"one process: {chosen.kills} kills in {seconds:.0f} s, seed {chosen.seed}", ledger, load, door
    )


def report(what: str, ledger: Ledger, load: Load, door: Door) -> int:
    """Print what came of it; returns the exit code."""
    refused = [*load.refused, *door.refused]
    print(
        f"{what}: {load.accepted} registered, {door.admitted} let in at the door, "
        f"{load.again} asked again, {len(refused)} refused"
    )
    for entry in refused[:3]:
        print(f"  refused: {entry}")
    for name in ("lost", "doubled", "parked", "wrong"):
        for entry in getattr(ledger, name)[:5]:
            print(f"  {name}: {entry}")
    print(ledger.line())
    return 0 if ledger.clean and load.accepted and door.admitted and not refused else 1


if __name__ == "__main__":
    sys.exit(main())
