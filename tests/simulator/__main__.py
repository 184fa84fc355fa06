"""Lives through many seeds and reports: `python -m tests.simulator --seeds 10000`, or `--seed N` for one of them."""

import argparse
import sys
import time

from shared.log import set_up_logging
from tests.simulator.history import KINDS, History, live, toy_databases
from tests.simulator.ledger import Counts

TELL_EVERY = 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seed", type=int, help="this one only, with all its steps")
    parser.add_argument("--world", choices=KINDS, help="only this kind of world")
    chosen = parser.parse_args()
    set_up_logging("CRITICAL")
    kinds = (chosen.world,) if chosen.world else tuple(KINDS)
    with toy_databases() as files:
        if chosen.seed is not None:
            history = live(chosen.seed, files, kinds)
            print("\n".join(history.trace))
            print(history.wrong or f"well: {history.counts}")
            return 1 if history.wrong else 0
        began = time.monotonic()
        total, failed, worlds = Counts(), [], dict.fromkeys(kinds, 0)
        for seed in range(chosen.first, chosen.first + chosen.seeds):
            history = live(seed, files, kinds)
            total.add(history.counts)
            worlds[history.kind] += 1
            if history.wrong:
                failed.append(seed)
                print_failure(history)
            if (seed - chosen.first + 1) % TELL_EVERY == 0:
                print(f"{seed - chosen.first + 1} seeds in {time.monotonic() - began:.0f} s", flush=True)
        report(total, worlds, time.monotonic() - began, failed)
    return 1 if failed else 0


def print_failure(history: History) -> None:
    """The seed, the end of its story, and how to have it all."""
    print(f"seed {history.seed}, {history.kind}: {history.wrong}")
    print("\n".join(f"  {line}" for line in history.trace[-12:]))
    print(f"  the whole of it: python -m tests.simulator --seed {history.seed}", flush=True)


def report(total: Counts, worlds: dict[str, int], seconds: float, failed: list[int]) -> None:
    seeds = sum(worlds.values())
    print(f"{seeds} seeds ({', '.join(f'{count} {kind}' for kind, count in worlds.items())})")
    print(f"{seconds:.1f} s, {60 * seeds / seconds:.0f} seeds per minute")
    print(f"simulated : real = {total.seconds:.0f} s : {seconds:.1f} s = {total.seconds / seconds:.0f} : 1")
    print(
        f"{total.told} events told, {total.effects} effects, {total.parked} parked as they had to be, "
        f"{total.ignored} ignored; {len(failed)} seeds failed {failed[:10] or ''}"
    )


if __name__ == "__main__":
    sys.exit(main())
