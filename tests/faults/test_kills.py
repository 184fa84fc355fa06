"""A few random kills in every run of the suite; `make faults` does more."""

from pathlib import Path

from tests.faults.kills import kill_at_random


def test_nothing_is_lost_or_doubled_by_kills_under_load(tmp_path: Path) -> None:
    ledger, load, door = kill_at_random(tmp_path / "data", kills=5, seed=20261126)
    assert load.refused == door.refused == []
    assert load.accepted > 0 and door.admitted > 0
    assert ledger.clean, ledger
