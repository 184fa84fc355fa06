"""The ledger: what was committed must be what every subscriber did, once each, in order."""

import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, text

from services.allinone import Stack
from shared.bus.tables import Inbox, Outbox
from tests.faults.accounts import accounts
from tests.faults.diary import has_diary, list_disordered, list_doubled, list_missed
from tests.faults.outcome import Outcome

PREFIX = "Fault "
DRAIN_SECONDS = 90.0


@dataclass(kw_only=True)
class Ledger:
    """Counts over all events and subscribers; clean when none of the lists has an entry."""

    commits: int = 0
    effects: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    parked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        bad = self.lost or self.doubled or self.disordered or self.parked or self.wrong
        return not bad and self.commits == self.effects

    def enter(self, outcome: Outcome, what: str) -> None:
        """Add it to what a row answers; people, places and doors that do not agree are complaints."""
        outcome.commits += self.commits
        outcome.effects += self.effects
        outcome.lost += len(self.lost)
        outcome.doubled += len(self.doubled)
        outcome.out_of_order += len(self.disordered)
        outcome.unexplained += len(self.parked)
        for name in ("lost", "doubled", "disordered", "parked", "wrong"):
            outcome.complaints += [f"{what}: {name}: {entry}" for entry in getattr(self, name)[:5]]


def wait_until_drained(environ: Mapping[str, str], seconds: float = DRAIN_SECONDS) -> float:
    """Wait until nothing is on its way any more, or patience ends; returns how long that took."""
    began = time.monotonic()
    with accounts(environ) as stack:
        while not _is_drained(stack) and time.monotonic() - began < seconds:
            time.sleep(0.2)
    return time.monotonic() - began


def _is_drained(stack: Stack) -> bool:
    for runtime in stack.runtimes.values():
        with runtime.database.read() as db:
            if db.scalar(select(Outbox.seq).where(Outbox.sent_at.is_(None)).limit(1)):
                return False
            if db.scalar(select(Inbox.event_id).where(Inbox.state == "retry").limit(1)):
                return False
    ledger = Ledger()
    _compare_events(stack, ledger)  # what the outbox has sent may still lie in a queue of the broker
    return not ledger.lost


def settle_accounts(environ: Mapping[str, str], accepted: int, admitted: int = 0) -> Ledger:
    """Compare every outbox with every inbox, then registration's people with what the others made of them.

    `accepted` registrations and `admitted` people at the door were confirmed to those who asked.
    """
    ledger = Ledger()
    with accounts(environ) as stack:
        _compare_events(stack, ledger)
        _compare_order(stack, ledger)
        _compare_people(stack, ledger, accepted)
        _compare_door(stack, ledger, admitted)
    return ledger


def _compare_events(stack: Stack, ledger: Ledger) -> None:
    told: list[Any] = []
    for runtime in stack.runtimes.values():
        with runtime.database.read() as db:
            told += list(db.execute(select(Outbox.event_id, Outbox.type).where(Outbox.generation == "")))
    for name, runtime in stack.runtimes.items():
        with runtime.database.read() as db:
            done = Inbox.state == "done", Inbox.generation == ""
            heard = set(db.scalars(select(Inbox.event_id).where(*done)))
            ledger.parked += [
                str(row) for row in db.scalars(select(Inbox.reason).where(Inbox.state == "parked"))
            ]
        meant = [event_id for event_id, kind in told if kind in runtime.service.subscriptions]
        ledger.commits += len(meant)
        ledger.effects += len(heard)
        ledger.lost += [f"{name}: {event_id}" for event_id in meant if event_id not in heard]


def _compare_order(stack: Stack, ledger: Ledger) -> None:
    """Where diaries were kept."""
    for name, runtime in stack.runtimes.items():
        if has_diary(runtime.database):
            ledger.doubled += [f"{name}: {event_id}" for event_id in list_doubled(runtime.database)]
            ledger.disordered += list_disordered(stack, name)
            ledger.wrong += [f"{name}: the diary misses {key}" for key in list_missed(runtime.database)]


def _compare_people(stack: Stack, ledger: Ledger, accepted: int) -> None:
    people = _rows(
        stack, "registration", f"SELECT id FROM attendees WHERE name LIKE '{PREFIX}%' AND state = 'approved'"
    )
    held = _rows(stack, "badges", f"SELECT attendee_id FROM holders WHERE display_name LIKE '{PREFIX}%'")
    badges = _rows(stack, "badges", "SELECT attendee_id FROM badges WHERE revoked_at IS NULL")
    if len(people) < accepted:
        ledger.wrong.append(f"{accepted} registrations were confirmed to people, {len(people)} are stored")
    ledger.lost += [f"no holder for {person}" for person in people - held]
    ledger.lost += [f"no badge for {person}" for person in people - badges]
    copies = Counter(
        row for row in _list(stack, "badges", "SELECT attendee_id FROM badges WHERE revoked_at IS NULL")
    )
    ledger.doubled += [f"two badges for {person}" for person, count in copies.items() if count > 1]
    taken = _list(stack, "registration", "SELECT sum(taken) FROM days")
    chosen = _list(
        stack,
        "registration",
        "SELECT count(*) FROM attendee_days d JOIN attendees a ON a.id = d.attendee_id "
        "WHERE a.state IN ('approved', 'pending')",
    )
    if taken != chosen:
        ledger.wrong.append(f"places taken {json.dumps(taken)} but chosen {json.dumps(chosen)}")


def _compare_door(stack: Stack, ledger: Ledger, admitted: int) -> None:
    """Whom badges let in must have arrived for registration, and nobody else."""
    inside = _pairs(
        stack,
        "badges",
        "SELECT attendee_id, day_id FROM scans WHERE kind = 'entry' AND reason = '' AND undone_at IS NULL",
    )
    arrived = _pairs(stack, "registration", "SELECT attendee_id, day_id FROM arrivals WHERE present")
    if len(inside) < admitted:
        ledger.wrong.append(f"{admitted} entries were confirmed at the door, {len(inside)} are stored")
    ledger.lost += [f"no arrival for {pair}" for pair in inside - arrived]
    ledger.wrong += [f"nobody let {pair} in" for pair in arrived - inside]


def _pairs(stack: Stack, service: str, query: str) -> set[tuple[str, str]]:
    with stack.runtimes[service].database.read() as db:
        return {(str(row[0]), str(row[1])) for row in db.execute(text(query))}


def _rows(stack: Stack, service: str, query: str) -> set[str]:
    return set(_list(stack, service, query))


def _list(stack: Stack, service: str, query: str) -> list[str]:
    with stack.runtimes[service].database.read() as db:
        return [str(row[0]) for row in db.execute(text(query))]
