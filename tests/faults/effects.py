"""The ledger of the toy services: each committed step must be one effect with each listener, in its order."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select

from shared.bus.tables import Inbox, Outbox
from shared.db import Database, Transaction
from tests.faults.outcome import Outcome
from tests.faults.toys import FINE, LISTENERS, TELLER, Effect, Step

Databases = Mapping[str, Database]


@dataclass(kw_only=True)
class Accounts:
    """What the ledger is made of. `hopeless` steps cannot have an effect on the left; all of them must be parked."""

    steps: dict[UUID, tuple[UUID, int]]
    hopeless: dict[UUID, UUID]
    effects: dict[str, list[tuple[UUID, UUID, int]]] = field(default_factory=dict)
    parked: dict[str, set[UUID]] = field(default_factory=dict)


def settle(databases: Databases, outcome: Outcome, junk: Iterable[UUID] = ()) -> None:
    """Fill in the ledger of an outcome. `junk` are the ids under which what is no step has to be parked."""
    accounts = _read(databases)
    may_be_parked = {*accounts.hopeless.values(), *junk}
    for name in LISTENERS:
        hopeless = accounts.hopeless if name == LISTENERS[0] else {}
        meant = accounts.steps.keys() - hopeless.keys()
        done = Counter(step for step, _, _ in accounts.effects[name])
        outcome.commits += len(meant)
        outcome.effects += done.total()
        _note(outcome, "lost", [f"{name}: step {step}" for step in meant - done.keys()])
        _note(outcome, "doubled", [f"{name}: step {step}" for step, times in done.items() if times > 1])
        _note(outcome, "out_of_order", [f"{name}: {words}" for words in _disorder(accounts.effects[name])])
        expected = may_be_parked if name == LISTENERS[0] else set()
        _note(outcome, "unexplained", [f"{name}: {event}" for event in accounts.parked[name] - expected])
        for event in expected - accounts.parked[name]:
            outcome.complaints.append(f"{name}: {event} should be parked and is not")
        for step in done.keys() - meant:
            outcome.complaints.append(f"{name}: step {step} had an effect and was never committed")


def are_settled(databases: Databases, junk: int = 0) -> bool:
    """Whether nothing is on its way any more."""
    with databases[TELLER].read() as db:
        if db.scalar(select(Outbox.seq).where(Outbox.sent_at.is_(None)).limit(1)):
            return False
        steps = count(db, Step)
    for name in LISTENERS:
        with databases[name].read() as db:
            if db.scalar(select(Inbox.event_id).where(Inbox.state.in_(("retry", "trying"))).limit(1)):
                return False
            heard = count(db, Inbox)
        if heard < steps + (junk if name == LISTENERS[0] else 0):
            return False
    return True


def count(db: Transaction, table: type[Step | Effect | Inbox | Outbox]) -> int:
    return db.scalar(select(func.count()).select_from(table)) or 0


def _read(databases: Databases) -> Accounts:
    with databases[TELLER].read() as db:
        accounts = Accounts(
            steps={row.id: (row.account_id, row.version) for row in db.scalars(select(Step))},
            hopeless=_hopeless(db),
        )
    for name in LISTENERS:
        with databases[name].read() as db:
            effects = db.execute(
                select(Effect.step_id, Effect.account_id, Effect.version).order_by(Effect.id)
            )
            accounts.effects[name] = [(row[0], row[1], row[2]) for row in effects]
            accounts.parked[name] = set(db.scalars(select(Inbox.event_id).where(Inbox.state == "parked")))
    return accounts


def _hopeless(db: Transaction) -> dict[UUID, UUID]:
    """The id of the event of every step that the left listener cannot take."""
    rows = db.execute(select(Step.id, Step.account_id, Step.version).where(Step.word != FINE)).all()
    steps = {(str(row[1]), row[2]): row[0] for row in rows}
    events = db.execute(select(Outbox.subject, Outbox.sequence, Outbox.event_id))
    return {steps[row[0], row[1]]: row[2] for row in events if (row[0], row[1]) in steps}


def _disorder(effects: Iterable[tuple[UUID, UUID, int]]) -> list[str]:
    """Where the version of an account does not rise. A step that is lost or parked is no disorder."""
    latest: dict[UUID, int] = defaultdict(int)
    found = []
    for _, account, version in effects:
        if version <= latest[account]:
            found.append(f"account {account} came to {version} after {latest[account]}")
        latest[account] = version
    return found


def _note(outcome: Outcome, kind: str, entries: list[str]) -> None:
    setattr(outcome, kind, getattr(outcome, kind) + len(entries))
    outcome.complaints += [f"{kind.replace('_', ' ')}: {entry}" for entry in entries[:5]]
