"""The quick form of the whole fault matrix, as `make faults QUICK=1` runs it."""

import subprocess
import sys

from tests.served import ROOT

SEED = 20261126


def test_no_fault_of_the_matrix_loses_or_doubles_anything() -> None:
    command = [sys.executable, "-m", "tests.faults", "--quick", "--seed", str(SEED)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].endswith("clean")
