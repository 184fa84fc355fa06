"""The load at the door: a paired device scans every new badge, and asks again with the same nonce until it is told."""

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from services.badges import queries
from services.badges.queries.door import list_day_lists
from services.badges.usecases.pairing import invite_device, pair_device
from shared.clock import now
from tests.faults.accounts import accounts
from tests.faults.load import AWAY, ask
from tests.harness import SLUG

VALID = "SELECT code FROM badges WHERE revoked_at IS NULL"
INSIDE = f"{VALID} AND attendee_id IN (SELECT attendee_id FROM scans WHERE kind = 'entry' AND reason = '')"


@dataclass
class Door:
    """Scans at the port of the site; `admitted` counts the answers that let somebody in."""

    port: int
    environ: Mapping[str, str]
    stop: threading.Event = field(default_factory=threading.Event)
    admitted: int = 0
    refused: list[str] = field(default_factory=list)
    thread: threading.Thread | None = None
    secret: str = ""
    day_id: str = ""

    def start(self) -> None:
        """Pair a device for the day that goes on, and let it scan."""
        with accounts(self.environ) as stack, stack.runtimes["badges"].database.write() as db:
            conference = queries.get_conference(db, SLUG)
            days = [day.day_id for day in list_day_lists(db, conference.id)]
            made = invite_device(
                db, conference=conference, name="Faults", day_ids=days, by="", minutes=60, now=now()
            )
            self.secret = pair_device(db, conference=conference, secret=made.secret, now=now())
            self.day_id = str(days[0])
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def finish(self) -> None:
        """Let the present scan be answered."""
        self.stop.set()
        if self.thread is not None:
            self.thread.join(30)

    def _run(self) -> None:
        """Whoever is in already when this begins is left alone."""
        with accounts(self.environ) as stack:
            database = stack.runtimes["badges"].database
            with database.read() as db:
                scanned = set(db.execute(text(INSIDE)).scalars())
            while not self.stop.wait(0.1):
                try:
                    with database.read() as db:
                        codes = set(db.execute(text(VALID)).scalars())
                except OperationalError:  # the database is being killed as well
                    continue
                for code in codes - scanned:
                    self._scan(code)
                    if self.stop.is_set():
                        return
                scanned |= codes

    def _scan(self, code: str) -> None:
        scan = {"code": code, "day_id": self.day_id, "nonce": uuid.uuid4().hex}
        while True:
            status, answer = self._post(scan)
            if status is not None and status not in AWAY:
                break
            if self.stop.wait(0.05):
                return
        if status == 201:
            self.admitted += 1
        else:
            self.refused.append(f"{status} {answer.decode(errors='replace')[:500]}")

    def _post(self, scan: dict[str, str]) -> tuple[int | None, bytes]:
        path = f"/badges/api/v1/conferences/{SLUG}/scans"
        return ask(self.port, "POST", path, scan, {"Authorization": f"Bearer {self.secret}"})
