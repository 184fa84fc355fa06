"""Kills any of the eight processes, nginx, the broker and the database at random under load."""

import random
import time
from collections import Counter

from tests.deployment.stack import PROCESSES, Deployment
from tests.faults.diary import keep_diaries
from tests.faults.door import Door
from tests.faults.ledger import Ledger, settle_accounts, wait_until_drained
from tests.faults.load import Load, open_registration

PAUSE = 0.05  # of each client between two people, so that two cores keep up with what they tell
AT_ONCE = 3  # processes that may die in the same moment
SERVER_EVERY = 40  # kills of processes come between two kills of a server


def kill_any(deployment: Deployment, *, kills: int, seed: int) -> tuple[Ledger, Load, Door, Counter[str]]:
    """Load, kill, restart, so many times; then let everything drain and settle the accounts.

    Only processes that were well are killed, so each death ends something; nobody waits for those that start again.
    """
    chance = random.Random(seed)
    environ = deployment.environ()
    keep_diaries(environ)
    load = Load(deployment.port, open_registration(environ), pause=PAUSE, name=f"{seed}-")
    door = Door(deployment.port, environ)
    killed: Counter[str] = Counter()
    load.start()
    door.start()
    next_server = chance.randint(1, SERVER_EVERY)
    while killed.total() < kills:
        time.sleep(chance.uniform(0.1, 0.7))
        deployment.revive()
        well = [name for name in PROCESSES if deployment.containers[name].is_healthy()]
        most = min(AT_ONCE, len(well), kills - killed.total())
        for name in chance.sample(well, chance.randint(min(1, most), most)):
            deployment.containers[name].kill()
            killed[name] += 1
        if next_server <= killed.total() < kills:
            next_server += SERVER_EVERY
            killed[_kill_server(deployment, chance)] += 1
        time.sleep(chance.uniform(0.0, 0.2))
        deployment.revive()
    deployment.wait_healthy()
    load.wait_for(load.accepted + 1)
    load.finish()
    door.finish()
    wait_until_drained(environ)
    return settle_accounts(environ, load.accepted, door.admitted), load, door, killed


def _kill_server(deployment: Deployment, chance: random.Random) -> str:
    name = chance.choice(("postgres", "rabbitmq"))
    server = deployment.database if name == "postgres" else deployment.rabbitmq
    server.kill()
    time.sleep(chance.uniform(0.0, 1.0))
    server.start()
    return name
