"""The all-in-one process as a user starts it: a child process with a port, to be asked over HTTP, and killed."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.provision.processes import free_ports

ROOT = Path(__file__).parents[1]
START_SECONDS = 60


class Served:
    """One data folder, served by one process at a time."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.port = int(environ.get("PORT") or free_ports(1)[0])
        self.environ = {**os.environ, **environ, "PORT": str(self.port), "DATE": "2026-11-26"}
        self.log = Path(environ["DATA"]) / "process.log"
        self.base = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    def start(self) -> float:
        """Start and wait until ready; returns the seconds that took."""
        began = time.monotonic()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.process = self._begin()
        self.starts += 1
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() - began > START_SECONDS:
                raise RuntimeError(f"did not start: {self.log.read_text()[-3000:]}")
            time.sleep(0.05)
        return time.monotonic() - began

    def kill(self) -> None:
        """As a power cut does: no handler runs, nothing is flushed."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> float:
        """As Ctrl-C does; returns the seconds that took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(30)
        assert status == 0, f"ended with {status}: {self.log.read_text()[-2000:]}"
        return time.monotonic() - began

    def organiser_link(self) -> str:
        """The last one-time sign-in link that was printed."""
        return re.findall(r"Organiser\s+(\S+)", self.log.read_text())[-1]

    def door_link(self) -> str:
        """The last link that was printed to pair a phone with the door."""
        return re.findall(r"Door\s+(\S+)", self.log.read_text())[-1]

    def _begin(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "services", "allinone"],
                cwd=ROOT,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def _is_ready(self) -> bool:
        words = self.log.read_text(errors="replace").count("Plenary is ready") >= self.starts
        try:
            with urllib.request.urlopen(f"{self.base}/readyz", timeout=2) as answer:
                return words and answer.status == 200
        except (urllib.error.URLError, OSError):
            return False


@contextmanager
def serving(environ: Mapping[str, str]) -> Iterator[Served]:
    """A running all-in-one process; gone at the end, whatever happens."""
    served = Served(environ)
    try:
        served.start()
        yield served
    finally:
        if served.process is not None and served.process.poll() is None:
            served.kill()
