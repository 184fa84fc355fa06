"""F12: clocks step forwards and backwards, over the ends of summer time and a leap day; all decisions stay right."""

import random
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from services.registration.errors import LinkUnknown
from services.registration.usecases.signing_in import INVITATION_MINUTES, invite_organiser, sign_in
from shared.bus.envelope import write_envelope
from shared.bus.inbox import LONGEST_PAUSE, InboxReceiver
from shared.bus.outbox import row_of
from shared.bus.tables import Outbox
from shared.contracts.sessions import ConferenceStated
from shared.db import Database, Plumbing, Transaction
from shared.log import set_up_logging
from tests.faults.accounts import accounts
from tests.faults.clocks import (
    DAY,
    MINUTE,
    ODD,
    Verdicts,
    instants,
    judge_badges,
    judge_tokens,
    judge_wall_clocks,
)
from tests.faults.diary import keep_diaries
from tests.faults.ledger import settle_accounts, wait_until_drained
from tests.faults.load import Load, open_registration
from tests.faults.nursery import HatchedServed
from tests.faults.outcome import Outcome, Setting
from tests.faults.seeded import seeded
from tests.faults.set_clock import SetClock
from tests.shared.toys import stated

TITLE = "F12 clocks: steps of minutes and days, summer time, leap day"
SUBJECTS, VERSIONS, FAILURES = 6, 4, 4


def run(setting: Setting) -> Outcome:
    outcome = Outcome()
    chance = random.Random(setting.seed)
    set_up_logging("CRITICAL")  # every failure that is made here would be a line
    _decide(setting, chance, outcome)
    _let_wait(setting, chance, outcome)
    _step_process(setting, chance, outcome)
    return outcome


def _decide(setting: Setting, chance: random.Random, outcome: Outcome) -> None:
    """Tokens, badges, links and wall clocks, each against a model of a few lines."""
    many = 1 if setting.quick else 40
    verdicts = Verdicts()
    judge_tokens(setting.folder, chance, 20 * many, verdicts)
    judge_badges(chance, 100 * many, verdicts)
    judge_wall_clocks(chance, 200 * many, verdicts)
    _judge_links(setting, chance, 10 * many, verdicts)
    outcome.numbers["decisions"] = f"{verdicts.count}, {len(verdicts.wrong)} wrong"
    outcome.complaints += verdicts.wrong[:5]


def _judge_links(setting: Setting, chance: random.Random, count: int, verdicts: Verdicts) -> None:
    """A link to sign in works once, until a day after it was made."""
    with accounts(seeded(setting.folder / "links")) as stack:
        database = stack.runtimes["registration"].database
        for made in instants(chance, count):
            with database.write() as db:
                secret = invite_organiser(db, address="clock@plenary.example", conference=None, now=made)
            life = INVITATION_MINUTES * MINUTE
            late = chance.choice((-DAY, 0, life, chance.randint(0, 2 * life))) + chance.choice((-1, 0, 1))
            for meant in ("good" if late < life else "unknown", "unknown"):
                try:
                    with database.write() as db:
                        sign_in(db, secret=secret, minutes=1, now=made + timedelta(seconds=late))
                    got = "good"
                except LinkUnknown:
                    got = "unknown"
                verdicts.compare(f"link {late} s old", got, meant)


class World:
    """An inbox whose clock is stepped while events wait in it; `elapsed` is the true time, in seconds."""

    def __init__(self, file: Path, chance: random.Random) -> None:
        self.chance, self.elapsed, self.offset = chance, 0, 0
        self.database = Database(f"sqlite:///{file}")
        Plumbing.metadata.create_all(self.database.engine)
        self.failures: Counter[UUID] = Counter()
        self.effects: dict[UUID, list[int]] = defaultdict(list)
        self.inbox = InboxReceiver(self.database, {ConferenceStated: self._on_stated}, clock=self.now)

    def now(self) -> datetime:
        return ODD[2] + timedelta(seconds=self.elapsed + self.offset)

    def hear(self, subject: UUID) -> None:
        for version in range(1, VERSIONS + 1):
            row = Outbox(**row_of(stated(subject, version=version)))
            self.inbox.receive(write_envelope(row))  # type: ignore[arg-type]

    def go_on(self) -> None:
        """Ten seconds, and sometimes a step."""
        self.elapsed += 10
        if self.chance.random() < 0.2:
            self.offset = self.chance.choice((0, 5 * MINUTE, -5 * MINUTE, DAY, -DAY))
        while self.inbox.retry_due(self.now()):
            pass

    def _on_stated(self, _db: Transaction, event: ConferenceStated) -> None:
        if self.failures[event.conference_id] < FAILURES:
            self.failures[event.conference_id] += 1
            raise TimeoutError("not yet")
        self.effects[event.conference_id].append(event.version)


def _let_wait(setting: Setting, chance: random.Random, outcome: Outcome) -> None:
    """Whatever the clock does, nothing waits longer than its failures times the longest pause, and in its order."""
    longest = 0
    worlds = 3 if setting.quick else 60
    for number in range(worlds):
        world = World(setting.folder / f"world-{number}.db", chance)
        subjects = [uuid4() for _ in range(SUBJECTS)]
        for subject in subjects:
            world.hear(subject)
        limit = FAILURES * LONGEST_PAUSE.total_seconds() + 60
        while any(len(world.effects[one]) < VERSIONS for one in subjects) and world.elapsed < limit:
            world.go_on()
        longest = max(longest, world.elapsed)
        world.database.close()
        expected = list(range(1, VERSIONS + 1))
        outcome.complaints += [
            f"world {number}: {world.effects[one]} after {world.elapsed} s"
            for one in subjects
            if world.effects[one] != expected
        ]
    outcome.numbers["events that wait"] = (
        f"{worlds * SUBJECTS * VERSIONS} in {worlds} worlds whose clock steps, each {FAILURES} failures behind, "
        f"all done after {longest} s at most"
    )


def _step_process(setting: Setting, chance: random.Random, outcome: Outcome) -> None:
    """The one process under load, while the system's clock is stepped under it."""
    clock = SetClock(setting.folder)
    environ = seeded(setting.folder / "data")
    served = HatchedServed(environ)
    served.clock = clock.file
    try:
        served.start()
        keep_diaries(environ)
        load = Load(served.port, open_registration(environ), pause=0.05, name=f"{setting.seed}-")
        load.start()
        load.wait_for(2)
        steps = [5 * MINUTE, -5 * MINUTE, DAY, 0, -DAY]
        chance.shuffle(steps)
        for step in steps * (1 if setting.quick else 10):
            clock.step(step)
            load.wait_for(load.accepted + 2)
        for instant in ODD[:3]:
            clock.go_to(instant - timedelta(seconds=1))
            load.wait_for(load.accepted + 4)
        clock.step(0)
        load.wait_for(load.accepted + 2)
        load.finish()
        drained = wait_until_drained(environ)
        served.stop()
    finally:
        if served.process is not None:
            served.kill()
    outcome.numbers["one process"] = (
        f"{len(steps) * (1 if setting.quick else 10)} steps and {len(ODD[:3])} odd moments, {load.accepted} "
        f"registered, {len(load.refused)} refused, drained in {drained:.1f} s"
    )
    outcome.complaints += [f"refused: {entry}" for entry in load.refused[:3]]
    settle_accounts(environ, load.accepted).enter(outcome, "one process")
