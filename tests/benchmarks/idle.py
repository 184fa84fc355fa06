"""What Plenary takes while nobody asks for anything, and how long it takes to start and to stop: `make bench`."""

import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.deployment.stack import PROCESSES, deployed_stack
from tests.served import serving

SETTLE_SECONDS = 15
WATCH_SECONDS = 20
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Use:
    """`memory` in MiB, shared pages divided among those who share them; `cpu` in seconds since the start."""

    memory: float
    cpu: float
    processes: int


def use_of(pid: int) -> Use:
    """A process with all that it started."""
    family = _family(pid)
    memory = sum(_memory(member) for member in family)
    return Use(memory=memory, cpu=sum(_cpu(member) for member in family), processes=len(family))


def _family(pid: int) -> list[int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            parents[int(entry.name)] = int(fields[1])
    family = [pid]
    for member in family:
        family += [child for child, parent in parents.items() if parent == member]
    return family


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the name, which may hold anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _cpu(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0


def _memory(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def watch(pids: dict[str, int]) -> None:
    """Let everything settle, look twice, and print what lies between."""
    time.sleep(SETTLE_SECONDS)
    before = {name: use_of(pid) for name, pid in pids.items()}
    time.sleep(WATCH_SECONDS)
    total = Use(memory=0, cpu=0, processes=0)
    for name, pid in pids.items():
        after = use_of(pid)
        share = 100 * (after.cpu - before[name].cpu) / WATCH_SECONDS
        print(f"  {name:26} {after.memory:6.0f} MiB   {share:5.1f} % of a core   {after.processes} processes")
        total = Use(
            memory=total.memory + after.memory,
            cpu=total.cpu + share,
            processes=total.processes + after.processes,
        )
    print(
        f"  {'together':26} {total.memory:6.0f} MiB   {total.cpu:5.1f} % of a core   {total.processes} processes"
    )


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="plenary-idle-") as folder, serving({"DATA": folder}) as served:
        print("Idle, all in one process with the demonstration:")
        assert served.process is not None
        watch({"allinone": served.process.pid})
        print(f"  stopped in {served.stop():.1f} s")
    with (
        tempfile.TemporaryDirectory(prefix="plenary-idle-") as folder,
        deployed_stack(Path(folder)) as deployment,
    ):
        began = time.monotonic()
        deployment.start()
        print(f"Idle, split set-up with the demonstration (up after {time.monotonic() - began:.1f} s):")
        deployment.seed_demo()
        watch({name: process.pid for name in PROCESSES if (process := deployment.containers[name].process)})
        stopped = [f"{name} {deployment.containers[name].stop():.1f} s" for name in reversed(PROCESSES)]
        print(f"  stopped: {', '.join(stopped)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
