"""Can the checks see failure? Switches each seeded defect on in turn: `python -m tests.faults.defects`."""

import argparse
import sys
import time

from shared.log import set_up_logging
from tests.faults.defect import Defect, catch
from tests.faults.defects_consuming import CONSUMING
from tests.faults.defects_publishing import PUBLISHING
from tests.simulator.history import toy_databases

DEFECTS: tuple[Defect, ...] = (*PUBLISHING, *CONSUMING)
MOST = 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=MOST, help="seeds to look through for each")
    parser.add_argument("--only", default="", help="those whose name contains this")
    chosen = parser.parse_args()
    set_up_logging("CRITICAL")
    defects = [defect for defect in DEFECTS if chosen.only in defect.name]
    caught = 0
    with toy_databases() as files:
        for defect in defects:
            began = time.monotonic()
            seen = catch(defect, files, chosen.most)
            caught += bool(seen.words)
            where = "its own check" if defect.check else f"seed {seen.seed}, after {seen.seeds}"
            print(f"{'caught' if seen.words else 'NOT CAUGHT'}: {defect.name}")
            print(f"    {defect.breaks}")
            print(f"    {where}, {time.monotonic() - began:.1f} s: {seen.words[:150]}", flush=True)
    print(f"{caught} of {len(defects)} caught")
    return 0 if caught == len(defects) else 1


if __name__ == "__main__":
    sys.exit(main())
