"""F6: the broker loses its disk with events in its queues; the outbox sends them again."""

import time

from shared.bus.outbox import send_again
from tests.faults.outcome import Outcome, Setting
from tests.faults.stand import Stand, stand
from tests.faults.toys import LISTENERS, NAMES, TELLER

TITLE = "F6 the broker's data folder is wiped while events wait in it"


def run(setting: Setting) -> Outcome:
    victim = LISTENERS[0]
    with stand(setting, "f06") as here:
        workers = {name: here.start(name) for name in NAMES}
        telling = here.telling(rate=25 if setting.quick else 100)
        telling.start()
        here.wait_for_effects(20 if setting.quick else 1000)
        workers[victim].kill()
        time.sleep(1.0 if setting.quick else 20.0)
        waiting = here.count_sent() - here.count_effects(victim)
        if waiting <= 0:
            here.outcome.complaints.append("no event waited in the broker, so nothing was proven")
        again, seconds = _wipe(here)
        here.start(victim)
        time.sleep(1.0)  # new events come beside the old ones
        telling.finish()
        here.outcome.numbers |= {
            "steps": str(telling.commits),
            "in the broker only": str(waiting),
            "sent again": str(again),
            "broker back after": f"{seconds:.1f} s",
            "drained in": f"{here.drain():.1f} s",
        }
        return here.finish(telling)


def _wipe(here: Stand) -> tuple[int, float]:
    """As the runbook says: what was sent is armed again before the new broker takes anything, so the order stays."""
    began = time.monotonic()
    here.node.kill()
    here.node.wipe()
    time.sleep(1.0)  # what the old broker had confirmed has been marked by now
    with here.databases[TELLER].write() as db:
        again = send_again(db)
    here.node.start()  # loads its definitions
    return again, time.monotonic() - began
