"""What people notice while the broker is away for minutes: `python -m tests.benchmarks.outage --minutes 10`."""

import argparse
import http.client
import json
import statistics
import sys
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from tests.deployment.stack import Deployment, deployed_stack
from tests.faults.ledger import PREFIX, settle_accounts, wait_until_drained
from tests.faults.load import open_registration
from tests.harness import SLUG

RATE = 10  # registrations a second; each tells two events, and those lead to more
CALM_SECONDS = 60


@dataclass
class Visitors:
    """Registrations at a steady rate through nginx, each timed."""

    port: int
    days: list[str]
    stop: threading.Event = field(default_factory=threading.Event)
    times: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    accepted: int = 0

    def run(self) -> None:
        began, number = time.monotonic(), 0
        while not self.stop.is_set():
            number += 1
            time.sleep(max(0.0, began + number / RATE - time.monotonic()))
            self._register(number)

    def _register(self, number: int) -> None:
        person = {
            "name": f"{PREFIX}visitor {number}",
            "address": f"visitor-{number}@plenary.example",
            "country": "BE",
            "institution": "Institute for Faults",
            "day_ids": self.days,
            "terms": True,
            "privacy": True,
        }
        headers = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        began = time.perf_counter()
        path = f"/registration/api/v1/conferences/{SLUG}/registrations"
        connection.request("POST", path, json.dumps(person), headers)
        response = connection.getresponse()
        answer = response.read()
        self.times.append(time.perf_counter() - began)
        if response.status == 202:
            self.accepted += 1
        else:
            self.refused.append(f"{response.status} {answer[:200]!r}")
        connection.close()

    def take_times(self) -> tuple[int, float, float]:
        """How many since the last look, their p50 and p99 in milliseconds."""
        taken, self.times = self.times, []
        cuts = statistics.quantiles(taken, n=100)
        return len(taken), cuts[49] * 1000, cuts[98] * 1000


def go_through(deployment: Deployment, minutes: float) -> int:
    """Calm, outage, calm; then everything has to be where it belongs."""
    environ = deployment.environ()
    visitors = Visitors(deployment.port, open_registration(environ))
    thread = threading.Thread(target=visitors.run)
    thread.start()
    time.sleep(5)
    visitors.take_times()
    before = _phase(visitors, "broker there", CALM_SECONDS)
    deployment.rabbitmq.kill()
    during = _phase(visitors, "broker away", minutes * 60)
    deployment.rabbitmq.start()
    visitors.stop.set()
    thread.join()
    drained = wait_until_drained(environ, 300 + minutes * 60)
    ledger = settle_accounts(environ, visitors.accepted)
    print(
        f"away {minutes * 60:.0f} s: {len(visitors.refused)} refused, p99 {during / before:.2f} x of normal, "
        f"backlog drained {drained:.1f} s after the broker was back ({drained / minutes / 60:.2f} of the outage)"
    )
    print(f"commits {ledger.commits} = effects {ledger.effects}: {'clean' if ledger.clean else ledger}")
    return 0 if ledger.clean and not visitors.refused else 1


def _phase(visitors: Visitors, name: str, seconds: float) -> float:
    time.sleep(seconds)
    count, middle, slow = visitors.take_times()
    print(
        f"{name:14} {count} registrations at {RATE}/s: p50 {middle:5.1f} ms, p99 {slow:5.1f} ms", flush=True
    )
    return slow


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder,
        deployed_stack(Path(folder)) as deployment,
    ):
        deployment.start()
        deployment.seed_demo()
        return go_through(deployment, chosen.minutes)


if __name__ == "__main__":
    sys.exit(main())
