"""Injects the faults of the matrix one row after another and settles the accounts: `python -m tests.faults --quick`."""

import argparse
import pkgutil
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from types import ModuleType

from tests.faults import rows
from tests.faults.outcome import Outcome, Setting
from tests.faults.servers import Servers


def find_rows(wanted: Iterable[str]) -> list[ModuleType]:
    """The modules of these rows, as F2; of all when none is named. Raises SystemExit for one that is not there."""
    names = sorted(found.name for found in pkgutil.iter_modules(rows.__path__))
    by_row = {f"F{int(name[1:3])}": name for name in names}
    chosen = [word.upper() for word in wanted] or list(by_row)
    if unknown := [word for word in chosen if word not in by_row]:
        raise SystemExit(f"no such row: {', '.join(unknown)}; there are {', '.join(by_row)}")
    return [import_module(f"{rows.__name__}.{by_row[row]}") for row in chosen]


def run_row(row: ModuleType, setting: Setting) -> Outcome:
    """Whatever it raises is a complaint of that row, and the others still have their turn."""
    began = time.monotonic()
    try:
        outcome: Outcome = row.run(setting)
    except Exception:  # noqa: BLE001 - the ledger has to be printed whatever happens
        outcome = Outcome(complaints=[traceback.format_exc().strip()])
    print(f"{row.TITLE}\n  {time.monotonic() - began:.1f} s, seed {setting.seed}", end="")
    print("".join(f"; {name} {value}" for name, value in outcome.numbers.items()))
    print(f"  {line(outcome)}")
    for complaint in outcome.complaints:
        print(f"  complaint: {complaint}")
    sys.stdout.flush()
    return outcome


def line(ledger: Outcome) -> str:
    """The ledger in one line."""
    sign = "=" if ledger.commits == ledger.effects else "but"
    return (
        f"commits {ledger.commits} {sign} effects {ledger.effects}, lost {ledger.lost}, "
        f"doubled {ledger.doubled}, out of order {ledger.out_of_order}, "
        f"parked {ledger.unexplained} unexplained: {'clean' if ledger.clean else 'NOT CLEAN'}"
    )


def total(outcomes: Iterable[Outcome]) -> Outcome:
    """One ledger over all rows."""
    ledger = Outcome()
    for outcome in outcomes:
        for name in ("commits", "effects", "lost", "doubled", "out_of_order", "unexplained"):
            setattr(ledger, name, getattr(ledger, name) + getattr(outcome, name))
        ledger.complaints += outcome.complaints
    return ledger


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="what every run of the suite does")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--rows", default="", help="for example F2,F5; all without")
    parser.add_argument("--kills", type=int, help="how many random kills F4 does")
    chosen = parser.parse_args()
    began = time.monotonic()
    modules = find_rows(word for word in chosen.rows.split(",") if word)
    servers, outcomes = Servers(), []
    try:
        with tempfile.TemporaryDirectory(prefix="plenary-faults-", ignore_cleanup_errors=True) as name:
            for row in modules:
                folder = Path(name) / row.__name__.rpartition(".")[2]
                folder.mkdir()
                setting = Setting(
                    seed=chosen.seed, quick=chosen.quick, folder=folder, servers=servers, kills=chosen.kills
                )
                outcomes.append(run_row(row, setting))
    finally:
        servers.close()
    ledger = total(outcomes)
    print(f"{len(outcomes)} rows in {time.monotonic() - began:.0f} s, seed {chosen.seed}")
    print(line(ledger))
    return 0 if ledger.clean else 1


if __name__ == "__main__":
    sys.exit(main())
