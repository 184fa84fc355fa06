"""Kills any of the eight processes or nginx at random under load: `python -m tests.faults.split --kills 60`."""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.deployment.stack import PROCESSES, Deployment, deployed_stack
from tests.faults.door import Door
from tests.faults.kills import report
from tests.faults.ledger import Ledger, settle_accounts, wait_until_drained
from tests.faults.load import Load, open_registration

PAUSE = 0.05  # of each client between two people, so that two cores keep up with what they tell


def kill_any(deployment: Deployment, *, kills: int, seed: int) -> tuple[Ledger, Load, Door, Counter[str]]:
    """Load, kill, restart, so many times; then let everything drain and settle the accounts."""
    chance = random.Random(seed)
    environ = deployment.environ()
    load = Load(deployment.port, open_registration(environ), pause=PAUSE, name=f"{seed}-")
    door = Door(deployment.port, environ)
    killed: Counter[str] = Counter()
    load.start()
    door.start()
    for _ in range(kills):
        time.sleep(chance.uniform(0.2, 1.2))
        deployment.revive()
        name = chance.choice(PROCESSES)
        deployment.containers[name].kill()
        killed[name] += 1
        time.sleep(chance.uniform(0.0, 0.3))
        deployment.revive()
    deployment.wait_healthy()
    load.wait_for(load.accepted + 1)
    load.finish()
    door.finish()
    wait_until_drained(environ)
    return settle_accounts(environ, load.accepted, door.admitted), load, door, killed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    chosen = parser.parse_args()
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="plenary-faults-") as folder,
        deployed_stack(Path(folder)) as deployment,
    ):
        deployment.start()
        deployment.seed_demo()
        ledger, load, door, killed = kill_any(deployment, kills=chosen.kills, seed=chosen.seed)
    seconds = time.monotonic() - began
    print(", ".join(f"{name} {killed[name]}" for name in PROCESSES))
    return report(f"split: {chosen.kills} kills in {seconds:.0f} s, seed {chosen.seed}", ledger, load, door)


if __name__ == "__main__":
    sys.exit(main())
