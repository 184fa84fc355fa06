"""F2: the relay dies before and after publishing, after the confirm and after the mark."""

import random

from tests.faults.outcome import Outcome, Setting
from tests.faults.points import points_of
from tests.faults.stand import stand
from tests.faults.toys import LISTENERS, TELLER

TITLE = "F2 the relay is killed before publishing, after it, after the confirm, after the mark"
PASSES = {True: 2, False: 15}


def run(setting: Setting) -> Outcome:
    chance = random.Random(setting.seed)
    with stand(setting, "f02") as here:
        for name in LISTENERS:
            here.start(name)
        telling = here.telling(rate=80)
        telling.start()
        kills = here.kill_at(TELLER, points_of("relay"), PASSES[setting.quick], chance)
        telling.finish()
        here.start(TELLER)
        here.outcome.numbers |= {
            "kills": str(kills),
            "steps": str(telling.commits),
            "drained in": f"{here.drain():.1f} s",
        }
        return here.finish(telling)
