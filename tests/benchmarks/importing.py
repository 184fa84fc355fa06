"""What `import-schedule` takes for a file as large as FOSDEM's, in seconds and peak memory: `make bench`."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.big_schedule import schedule_xml

SIZE = {"sessions": 883, "rooms": 31, "days": 2, "words": 12}  # FOSDEM 2026: 2.8 MB
ROUNDS = 3
MIB = 1024  # kB


def run(folder: Path, file: Path) -> tuple[float, float]:
    """Seconds and MiB of one import, the start of the interpreter included."""
    command = [sys.executable, "-m", "services", "import-schedule", str(file), "--conference", "big"]
    environ = {**os.environ, "DATA": str(folder), "PLENARY_LOG_LEVEL": "ERROR"}
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the import ended with {process.returncode}")
    return took, usage.ru_maxrss / MIB


def report(name: str, found: list[tuple[float, float]]) -> None:
    seconds, peak = sorted(found)[len(found) // 2]
    best = min(took for took, _ in found)
    print(f"import, {name}: {seconds:.1f} s (best of {len(found)}: {best:.1f} s), peak memory {peak:.0f} MiB")


def main() -> int:
    files = {
        "one event": [schedule_xml(sessions=1, rooms=1, days=1)],
        "883 events, new": [schedule_xml(**SIZE)],
        "883 events, the same again": [schedule_xml(**SIZE)] * 2,
        "883 events, 168 of them changed": [schedule_xml(**SIZE), schedule_xml(**SIZE, late=168)],
    }
    for name, contents in files.items():
        found = []
        for _ in range(ROUNDS):
            with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder:
                file = Path(folder) / "schedule.xml"
                for content in contents:
                    file.write_bytes(content)
                    last = run(Path(folder) / "data", file)
                found.append(last)
        report(f"{name} ({len(contents[-1]) / 1e6:.1f} MB)", found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
