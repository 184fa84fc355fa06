"""Kills the all-in-one process at random moments under load: `python -m tests.faults.kills --kills 20 --seed 1`."""

import argparse
import http.client
import json
import random
import sys
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from services.allinone import Stack, four_services
from tests.faults.ledger import PREFIX, Ledger, drained, settle_accounts
from tests.harness import SLUG
from tests.served import Served, serving

CLIENTS = 4


@dataclass
class Load:
    """Registers people as fast as answers come; a lost connection is tried again with the same key."""

    served: Served
    days: list[str]
    stop: threading.Event = field(default_factory=threading.Event)
    accepted: int = 0
    refused: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, client: int) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            self._register(f"{client}-{number}")

    def _register(self, who: str) -> None:
        person = {
            "name": f"{PREFIX}{who}",
            "address": f"fault-{who}@plenary.example",
            "country": "BE",
            "institution": "Institute for Faults",
            "day_ids": self.days,
            "terms": True,
            "privacy": True,
        }
        key = uuid.uuid4().hex
        while True:
            status, answer = self._post(person, key)
            if status is not None:
                break
            if self.stop.is_set():
                return
            time.sleep(0.05)
        with self.lock:
            if status == 202:
                self.accepted += 1
            else:
                self.refused.append(f"{status} {answer[:200]!r}")

    def _post(self, person: dict[str, Any], key: str) -> tuple[int | None, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=20)
        path = f"/registration/api/v1/conferences/{SLUG}/registrations"
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        try:
            connection.request("POST", path, json.dumps(person), headers)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            return None, b""
        finally:
            connection.close()


def kill_at_random(folder: str, *, kills: int, seed: int) -> tuple[Ledger, Load]:
    """Load, kill, restart, so many times; then let everything drain and settle the accounts."""
    chance = random.Random(seed)
    environ = {"DATA": folder, "PLENARY_LOG_LEVEL": "ERROR"}
    with serving(environ) as served:
        load = Load(served, _open_registration(environ))
        threads = [
            threading.Thread(target=load.run, args=(client,), daemon=True) for client in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        for _ in range(kills):
            time.sleep(chance.uniform(0.05, 1.2))
            served.kill()
            served.start()
        time.sleep(0.5)
        load.stop.set()
        for thread in threads:
            thread.join(30)
        deadline = time.monotonic() + 60
        while not drained(environ) and time.monotonic() < deadline:
            time.sleep(0.2)
        served.stop()
    return settle_accounts(environ, load.accepted), load


def _open_registration(environ: dict[str, str]) -> list[str]:
    """No approval, no limit: every registration tells two events at once."""
    stack = Stack(four_services(), environ)
    with stack.runtimes["registration"].database.write() as db:
        db.execute(text("UPDATE conferences SET approval_needed = false"))
        db.execute(text("UPDATE days SET capacity = NULL"))
        days = [
            str(uuid.UUID(str(row[0])))
            for row in db.execute(text("SELECT id FROM days WHERE attend = 'registered'"))
        ]
    for runtime in stack.runtimes.values():
        runtime.database.close()
    return days


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    chosen = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="plenary-faults-") as folder:
        ledger, load = kill_at_random(folder, kills=chosen.kills, seed=chosen.seed)
    print(
        f"{chosen.kills} kills in {time.monotonic() - began:.0f} s, seed {chosen.seed}: {load.accepted} accepted, ",
        end="",
    )
    print(f"{len(load.refused)} refused {load.refused[:3]}")
    for name in ("lost", "doubled", "parked", "wrong"):
        for entry in getattr(ledger, name)[:5]:
            print(f"  {name}: {entry}")
    print(ledger.line())
    return 0 if ledger.clean and not load.refused else 1


if __name__ == "__main__":
    sys.exit(main())
