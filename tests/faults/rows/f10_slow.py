"""F10: a consumer takes a second for every event, then the network passes 50 kB/s; backlogs grow, and nothing else."""

import time
from collections import defaultdict
from collections.abc import Mapping

from shared.bus.outbox import count_unsent
from tests.faults.outcome import Outcome, Setting
from tests.faults.processes import Worker
from tests.faults.proxy import Proxy
from tests.faults.stand import Stand, stand
from tests.faults.telling import Telling
from tests.faults.toys import LISTENERS, TELLER

TITLE = "F10 a consumer that takes a second per event; a network of 50 kB/s"
SLOW, BYSTANDER = LISTENERS
PACE_SECONDS = 1.0
BYTES_PER_SECOND = 50_000
FILLING = 2_000  # bytes in every event, so that the network is what holds them up
MOST_GROWTH = 30.0  # MiB of any worker while a backlog grows
KEEPS_UP_SECONDS = 20.0  # after which the bystander has everything, however busy the machine is
LOOKS = 5


def run(setting: Setting) -> Outcome:
    seconds = 4.0 if setting.quick else 60.0
    with stand(setting, "f10") as here:
        telling = here.telling(rate=60, filling=FILLING)
        telling.tell(1)
        _slow_consumer(here, telling, seconds)
        _slow_network(here, telling, seconds)
        here.outcome.numbers["steps"] = str(telling.commits)
        return here.finish(telling)


def _slow_consumer(here: Stand, telling: Telling, seconds: float) -> None:
    workers = {name: here.start(name) for name in (TELLER, BYSTANDER)}
    workers[SLOW] = here.start(SLOW, pace=PACE_SECONDS)
    here.wait_for_effects(1)
    telling.start()
    _watch(here, "slow consumer", workers, seconds)
    telling.finish()
    kept_up = here.wait(
        lambda: here.count_effects(BYSTANDER) == telling.commits,
        KEEPS_UP_SECONDS,
        "the other did not keep up",
    )
    if here.count_effects(SLOW) >= here.count_effects(BYSTANDER):
        here.outcome.complaints.append("the slow consumer had no backlog, so nothing was proven")
    here.outcome.numbers["the other was up to date after"] = f"{kept_up:.1f} s"
    here.outcome.numbers["slow one stopped in"] = f"{workers[SLOW].stop():.1f} s"
    here.start(SLOW)
    here.outcome.numbers["its backlog drained in"] = f"{here.drain():.1f} s"
    for worker in here.workers:
        worker.kill()


def _slow_network(here: Stand, telling: Telling, seconds: float) -> None:
    """Of the relay and of one consumer; the other consumer has a good line."""
    lines = {name: Proxy(here.node.port, seed=here.setting.seed) for name in (TELLER, SLOW)}
    try:
        ports = {name: line.port for name, line in lines.items()}
        workers = {
            name: here.start(name, bus_url=here.setting.servers.bus_url(name, ports[name])) for name in lines
        }
        workers[BYSTANDER] = here.start(BYSTANDER)
        telling.tell(1)
        here.drain()
        for line in lines.values():
            line.throttle(BYTES_PER_SECOND)
        telling.start()
        _watch(here, "slow network", workers, seconds)
        telling.finish()
        for line in lines.values():
            line.heal()
        here.outcome.numbers["drained after it in"] = f"{here.drain():.1f} s"
        for worker in workers.values():
            worker.kill()
    finally:
        for line in lines.values():
            line.close()


def _watch(here: Stand, what: str, workers: Mapping[str, Worker], seconds: float) -> None:
    """Note how the backlogs grow, and complain when the memory of a worker grows with them."""
    before = {name: worker.memory for name, worker in workers.items()}
    curves: dict[str, list[int]] = defaultdict(list)
    largest = dict(before)
    for _ in range(LOOKS):
        time.sleep(seconds / LOOKS)
        for name, count in _backlogs(here).items():
            curves[name].append(count)
        for name, worker in workers.items():
            largest[name] = max(largest[name], worker.memory)
    growth = {name: largest[name] - before[name] for name in workers}
    for name, counts in curves.items():
        here.outcome.numbers[f"{what}, backlog of {name}"] = " ".join(map(str, counts))
    here.outcome.numbers["memory grew by"] = ", ".join(
        f"{name} {mib:.0f} MiB" for name, mib in growth.items()
    )
    here.outcome.complaints += [
        f"{what}: {name} grew by {mib:.0f} MiB" for name, mib in growth.items() if mib > MOST_GROWTH
    ]


def _backlogs(here: Stand) -> dict[str, int]:
    """What the teller has not sent, and what was sent and not yet taken by each listener."""
    with here.databases[TELLER].read() as db:
        unsent = count_unsent(db)
    sent = here.count_sent()
    return {TELLER: unsent, **{name: max(0, sent - here.count_effects(name)) for name in LISTENERS}}
