"""Asks a site over and over while something is away, and tells right refusals from wrong answers."""

import http.client
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.faults.load import person_of
from tests.harness import SLUG

HANGS_AFTER = 15.0  # seconds
REFUSALS = {503: "unavailable", 507: "storage_full"}  # the status and the code of a problem document
PAGES = (
    f"/sessions/{SLUG}/",
    f"/registration/{SLUG}/",
    f"/live/{SLUG}/",
    f"/sessions/api/v1/conferences/{SLUG}",
)


@dataclass
class Probe:
    """`statuses` counts the answers; whatever is neither a success nor one of the REFUSALS lands in `wrong`."""

    port: int
    days: Sequence[str]
    name: str
    paths: Sequence[str] = PAGES
    pause: float = 0.05
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    accepted: int = 0
    longest: float = 0.0
    well_at: float = 0.0  # when the last success came, on the monotonic clock
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """One reads pages, one registers people; each person asks again with the same key after a refusal."""
        for loop in (self._read, self._register):
            self._threads.append(threading.Thread(target=self._repeat, args=(loop,), daemon=True))
            self._threads[-1].start()

    def finish(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def wait_until_well(self, seconds: float = 60.0) -> float:
        """Seconds until a registration was accepted again."""
        began, before = time.monotonic(), self.accepted
        while self.accepted == before and time.monotonic() - began < seconds:
            time.sleep(0.02)
        return time.monotonic() - began

    def _repeat(self, loop: Callable[[int], None]) -> None:
        number = 0
        while not self._stop.is_set():
            loop(number)
            number += 1
            self._stop.wait(self.pause)

    def _read(self, number: int) -> None:
        self._ask("GET", self.paths[number % len(self.paths)])

    def _register(self, number: int) -> None:
        person, key = person_of(f"{self.name}{number}", list(self.days)), uuid.uuid4().hex
        path = f"/registration/api/v1/conferences/{SLUG}/registrations"
        while not self._stop.is_set():
            if self._ask("POST", path, json.dumps(person), key) == 202:
                self.accepted += 1
                return
            self._stop.wait(self.pause)

    def _ask(self, method: str, path: str, body: str | None = None, key: str = "") -> int | None:
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            status, kind, answer = response.status, response.headers.get_content_type(), response.read()
        except (OSError, http.client.HTTPException) as error:
            self._note(method, path, type(error).__name__, began, is_wrong=True)
            return None
        finally:
            connection.close()
        self._note(method, path, str(status), began, is_wrong=not is_right(status, kind, answer))
        return status

    def _note(self, method: str, path: str, what: str, began: float, *, is_wrong: bool) -> None:
        took = time.monotonic() - began
        self.longest = max(self.longest, took)
        self.statuses[what] += 1
        if is_wrong or took > HANGS_AFTER:
            self.wrong.append(f"{method} {path}: {what} after {took:.1f} s")


def is_right(status: int, kind: str, answer: bytes) -> bool:
    """Whether an answer is a success, or one of the REFUSALS in a form that programs or people can read."""
    if status < 400:
        return True
    if kind == "application/problem+json":
        return json.loads(answer)["code"] == REFUSALS.get(status)
    return status in REFUSALS and kind == "text/html"
