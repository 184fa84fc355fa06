"""F3: the consumer dies after the insert, after the effect, after the commit and after the acknowledgement."""

import random

from tests.faults.outcome import Outcome, Setting
from tests.faults.points import points_of
from tests.faults.stand import stand
from tests.faults.toys import LISTENERS, TELLER

TITLE = "F3 a consumer is killed after the insert, after the effect, after the commit, after the ack"
PASSES = {True: 2, False: 15}


def run(setting: Setting) -> Outcome:
    chance = random.Random(setting.seed)
    victim, bystander = LISTENERS
    with stand(setting, "f03") as here:
        here.start(TELLER)
        here.start(bystander)
        telling = here.telling(rate=80)
        telling.start()
        kills = here.kill_at(victim, points_of("consumer"), PASSES[setting.quick], chance)
        telling.finish()
        here.start(victim)
        here.outcome.numbers |= {
            "kills": str(kills),
            "steps": str(telling.commits),
            "drained in": f"{here.drain():.1f} s",
        }
        return here.finish(telling)
