"""F4: everything is killed at random under load, of the split set-up and of the one process."""

import time
from collections.abc import Mapping
from pathlib import Path

from tests.deployment.stack import PROCESSES, deployed_stack
from tests.faults.door import Door
from tests.faults.kills import kill_at_random
from tests.faults.ledger import Ledger
from tests.faults.load import Load
from tests.faults.nursery import hatch
from tests.faults.outcome import Outcome, Setting
from tests.faults.split import kill_any

TITLE = "F4 random kills: eight processes, nginx, broker and database; and the one process"
QUICK, FULL = 6, 1000  # of the split set-up, and half as many of the one process


def run(setting: Setting) -> Outcome:
    kills = setting.kills or (QUICK if setting.quick else FULL)
    outcome = Outcome()
    if setting.quick and setting.kills is None:
        # Its start alone takes longer than a quick row may; the suite kills the one it has started for all its tests.
        outcome.numbers["split"] = "in the full row, and in tests/deployment/test_kills.py"
    else:
        _split(setting, kills, outcome)
    _embedded(setting, max(1, kills // 2), outcome)
    return outcome


def _split(setting: Setting, kills: int, outcome: Outcome) -> None:
    folder = setting.folder / "split"
    folder.mkdir()
    with deployed_stack(folder) as deployment:
        hatch(deployment)
        deployment.start()
        deployment.seed_demo()
        began = time.monotonic()
        ledger, load, door, killed = kill_any(deployment, kills=kills, seed=setting.seed)
        seconds = time.monotonic() - began
    names = [name for name in (*PROCESSES, "postgres", "rabbitmq") if killed[name]]
    outcome.numbers["killed"] = ", ".join(f"{name} {killed[name]}" for name in names)
    enter(outcome, "split", ledger, {"kills": kills, "seconds": seconds}, load, door)


def _embedded(setting: Setting, kills: int, outcome: Outcome) -> None:
    folder: Path = setting.folder / "embedded"
    began = time.monotonic()
    ledger, load, door = kill_at_random(folder, kills=kills, seed=setting.seed)
    enter(outcome, "one process", ledger, {"kills": kills, "seconds": time.monotonic() - began}, load, door)


def enter(
    outcome: Outcome, what: str, ledger: Ledger, counts: Mapping[str, float], load: Load, door: Door
) -> None:
    """Add what a run came to. A kill between which and the next nobody was served would prove nothing."""
    kills, seconds = counts["kills"], counts["seconds"]
    per_kill = load.accepted / kills
    outcome.numbers[what] = (
        f"{kills:.0f} kills in {seconds:.0f} s ({60 * kills / seconds:.0f} a minute), "
        f"{load.accepted} registered ({per_kill:.1f} per kill), {door.admitted} let in at the door, "
        f"{load.again} asked again"
    )
    ledger.enter(outcome, what)
    refused = [*load.refused, *door.refused]
    outcome.complaints += [f"{what}: refused: {entry}" for entry in refused[:3]]
    if not load.accepted or not door.admitted:
        outcome.complaints.append(f"{what}: nobody was served")
