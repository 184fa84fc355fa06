"""The load of the fault drivers: people who register, each with a key, and ask again until they are answered."""

import http.client
import json
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from tests.faults.accounts import accounts
from tests.faults.ledger import PREFIX
from tests.harness import SLUG

CLIENTS = 4
AWAY = (502, 503, 504)  # a process in front, or the service itself, says: not now


@dataclass
class Load:
    """Registers people as fast as answers come, or with a pause; a lost answer is asked for again with the same key."""

    port: int
    days: list[str]
    pause: float = 0.0
    name: str = ""
    stop: threading.Event = field(default_factory=threading.Event)
    accepted: int = 0
    again: int = 0
    refused: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        self.threads = [
            threading.Thread(target=self.run, args=(client,), daemon=True) for client in range(CLIENTS)
        ]
        for thread in self.threads:
            thread.start()

    def finish(self) -> None:
        """Let everybody finish what they were at."""
        self.stop.set()
        for thread in self.threads:
            thread.join(30)

    def wait_for(self, accepted: int, seconds: float = 30.0) -> None:
        """Until so many registrations were answered."""
        deadline = time.monotonic() + seconds
        while self.accepted < accepted:
            assert time.monotonic() < deadline, f"{self.accepted} of {accepted} accepted"
            time.sleep(0.05)

    def run(self, client: int) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            self._register(f"{self.name}{client}-{number}")
            self.stop.wait(self.pause)

    def _register(self, who: str) -> None:
        person, key = person_of(who, self.days), uuid.uuid4().hex
        while True:
            status, answer = register(self.port, person, key)
            if status is not None and status not in AWAY:
                break
            if self.stop.is_set():
                return
            self.again += 1
            time.sleep(0.05)
        with self.lock:
            if status == 202:
                self.accepted += 1
            else:
                self.refused.append(f"{status} {answer[:200]!r}")


def person_of(who: str, days: list[str]) -> dict[str, Any]:
    """What somebody fills in."""
    return {
        "name": f"{PREFIX}{who}",
        "address": f"fault-{who}@plenary.example",
        "country": "BE",
        "institution": "Institute for Faults",
        "day_ids": days,
        "terms": True,
        "privacy": True,
    }


def register(port: int, person: dict[str, Any], key: str, seconds: float = 20.0) -> tuple[int | None, bytes]:
    """The status and the body; no status when no answer came."""
    path = f"/registration/api/v1/conferences/{SLUG}/registrations"
    return ask(port, "POST", path, person, {"Idempotency-Key": key}, seconds)


def ask(
    port: int,
    method: str,
    path: str,
    content: Any = None,
    headers: Mapping[str, str] | None = None,
    seconds: float = 20.0,
) -> tuple[int | None, bytes]:
    """One request with a JSON body, on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    body = None if content is None else json.dumps(content)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json", **(headers or {})})
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return None, b""
    finally:
        connection.close()


def open_registration(environ: Mapping[str, str]) -> list[str]:
    """No approval, no limit: every registration tells two events at once. Returns the days to choose."""
    with accounts(environ) as stack, stack.runtimes["registration"].database.write() as db:
        db.execute(text("UPDATE conferences SET approval_needed = false"))
        db.execute(text("UPDATE days SET capacity = NULL"))
        rows = db.execute(text("SELECT id FROM days WHERE attend = 'registered'"))
        return [str(uuid.UUID(str(row[0]))) for row in rows]
