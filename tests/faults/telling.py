"""The load of the bus rows: accounts that take steps as fast as they are told to, in threads of the driver."""

import random
import threading
import time
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sqlalchemy.exc import SQLAlchemyError

from shared.db import Database
from tests.faults.toys import FINE, Account, take_step


@dataclass
class Telling:
    """Commits `rate` steps a second over a few accounts; `share` of them by other words than fine.

    Two threads, so that numbers of the outbox commit out of order as they do under requests.
    """

    database: Database
    seed: int
    rate: float = 100.0
    accounts: int = 8
    filling: int = 0
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0
    commits: int = 0
    _ids: list[UUID] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        self._ids = [UUID(int=chance.getrandbits(128), version=4) for _ in range(self.accounts)]
        with self.database.write() as db:
            db.add_all(Account(id=one, version=0) for one in self._ids)

    def start(self) -> None:
        self._stop.clear()
        self._threads = [
            threading.Thread(target=self._run, args=(random.Random(self.seed + number),), daemon=True)
            for number in range(2)
        ]
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def tell(self, count: int, *, word: str = FINE, account: UUID | None = None) -> None:
        """So many steps in one transaction, of one account or of all in turn."""
        with self.database.write() as db:
            for number in range(count):
                chosen = account or self._ids[number % len(self._ids)]
                take_step(db, chosen, word=word, filling="x" * self.filling)
        self.commits += count

    def another_account(self) -> UUID:
        """One that the load leaves alone."""
        account = uuid4()
        with self.database.write() as db:
            db.add(Account(id=account, version=0))
        return account

    def _run(self, chance: random.Random) -> None:
        due = time.monotonic()
        while not self._stop.is_set():
            self._step(chance)
            due = max(due + len(self._threads) / self.rate, time.monotonic() - 0.5)
            self._stop.wait(max(0.0, due - time.monotonic()))

    def _step(self, chance: random.Random) -> None:
        began = time.monotonic()
        try:
            with self.database.write() as db:
                take_step(db, chance.choice(self._ids), filling="x" * self.filling)
        except SQLAlchemyError as error:
            with self._lock:
                self.failures.append(f"{type(error).__name__}: {error}"[:200])
            time.sleep(0.1)
            return
        with self._lock:
            self.commits += 1
            self.slowest = max(self.slowest, time.monotonic() - began)
