"""Draws the events of a world: whom they are about, who cannot bear them, and for how long."""

import json
import random
from collections import Counter
from uuid import UUID

from shared.bus.inbox import MAX_ATTEMPTS
from tests.simulator.clock import Clock
from tests.simulator.toys import Called, Noted, Thing, Told, hearers_of

MOST_LOCKS = 12
# What can be wrong with an event, how often, and how many times at most it is so for one service.
KINDS = {
    "": (72, 0),
    "fails": (12, MAX_ATTEMPTS - 1),
    "locks": (4, MOST_LOCKS),
    "is slow": (4, 1),
    "poisons": (3, 0),
}
DEADLY = "deadly"
HOPELESS = ("poisons", "kills")


class Unfinished(Exception):
    """A change that fails after it has told its events."""


class Moods:
    """At most one event of a world kills whoever takes it: two would bring their neighbours to the broker's limit.

    Remembers how often each service has met each event; that survives every process."""

    def __init__(self, chance: random.Random, clock: Clock) -> None:
        self._chance = chance
        self._clock = clock
        self._things = [f"thing{number}" for number in range(chance.randint(1, 4))]
        self.may_kill = chance.random() < 0.2
        self._versions: Counter[str] = Counter()
        self._met: Counter[tuple[str, str]] = Counter()
        self._failures = 0.0
        self._count = 0

    def event(self, thing: str = "") -> Thing:
        """The next event; of one of a few things, unless named."""
        chance = self._chance
        kills = self.may_kill and not self._versions[DEADLY] and chance.random() < 0.2
        thing = DEADLY if kills else thing or chance.choice(self._things)
        (kind,) = chance.choices((Told, Noted, Called), (65, 25, 10))
        self._count += 1
        self._versions[thing] += 1
        return kind(
            version=self._versions[thing],
            thing=thing,
            number=f"n{self._count}",
            mood=self._mood(sorted(hearers_of(kind.TYPE)), kills=kills),
            passes=chance.random() < 0.4,
        )

    def effect_on(self, service: str, event: Thing) -> str:
        """What the event does to a service this time; empty when it is borne."""
        who, _, rest = event.mood.partition(" ")
        if who != service:
            return ""
        what, _, times = rest.rpartition(" ")
        self._met[service, event.number] += 1
        return what if what in HOPELESS or self._met[service, event.number] <= int(times) else ""

    def foreign(self, type_heard: str) -> tuple[bytes, str]:
        """Bytes that cannot be used, and the state in which they have to end."""
        self._count += 1
        if self._chance.random() < 0.4:
            return b"\xff nonsense %d" % self._count, "parked"
        kind, state = self._chance.choice(
            [(type_heard.replace(".v1", ".v2"), "parked"), ("plenary.alpha.thing.unheard.v1", "ignored")]
        )
        attributes = {
            "specversion": "1.0",
            "id": str(UUID(int=self._chance.getrandbits(128), version=4)),
            "source": "/plenary/alpha",
            "type": kind,
            "subject": self._chance.choice(self._things),
            "time": self._clock.now().isoformat(),
            "sequence": 1,
            "data": {},
        }
        return json.dumps(attributes).encode(), state

    def longest(self) -> float:
        """How many seconds all the failures that were drawn can take, one after the other."""
        return self._failures

    def _mood(self, hearers: list[str], *, kills: bool) -> str:
        (what,) = self._chance.choices(list(KINDS), [often for often, _ in KINDS.values()])
        what = "kills" if kills else what
        if not what or not hearers:
            return ""
        _, most = KINDS.get(what, (0, 0))
        times = min(most, 1 + int(self._chance.expovariate(0.5)))
        # Twice, because a replay may bring a hopeless event once more.
        tries = MAX_ATTEMPTS if what in HOPELESS else times
        self._failures += 2 * sum(min(300, 2**tried) for tried in range(tries))
        return f"{self._chance.choice(hearers)} {what} {times}"
