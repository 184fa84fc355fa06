"""A few random kills of the split set-up in every run of the suite; `make faults` does more."""

from tests.deployment.stack import Deployment
from tests.faults.split import kill_any


def test_no_step_is_lost_or_doubled_when_processes_are_killed_under_load(deployment: Deployment) -> None:
    ledger, load, door, killed = kill_any(deployment, kills=5, seed=20261127)
    assert killed.total() == 5
    assert load.refused == door.refused == []
    assert load.accepted > 0 and door.admitted > 0
    assert ledger.clean, ledger
