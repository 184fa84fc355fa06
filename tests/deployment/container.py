"""One service of the compose file as a plain process: same command, same environment, host names and paths mapped."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.provision import nginx

START_SECONDS = 90
STOP_SECONDS = 30


class Container:
    """`places` maps what compose calls things to where they are here; whole words and parts of addresses alike."""

    def __init__(
        self, name: str, declared: Mapping[str, Any], *, image: Path, places: Mapping[str, str], log: Path
    ) -> None:
        self.name, self.declared, self.image, self.log = name, declared, image, log
        self._places = places
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environ(self) -> dict[str, str]:
        """What compose sets, and nothing of this shell's but what finds programs."""
        own = {name: self._here(str(value)) for name, value in self.declared.get("environment", {}).items()}
        return {"PATH": os.environ["PATH"], "HOME": str(self.image), "LANG": "C.UTF-8", **own}

    @property
    def command(self) -> list[str]:
        words = [self._here(word) for word in self.declared["command"]]
        return nginx.as_here(words) if words[0] == "nginx" else [*self.entrypoint, *words]

    @property
    def entrypoint(self) -> list[str]:
        return [sys.executable, "-m", "services"]

    def start(self) -> None:
        """Start, and do not wait."""
        assert self.process is None or self.process.poll() is not None, f"{self.name} runs already"
        if self.name == "nginx":
            nginx.lay_out(self.image, self.environ)
        self.process = self._begin()

    def is_healthy(self) -> bool:
        """The health check of the compose file, really run."""
        kind, *words = self.declared["healthcheck"]["test"]
        assert kind == "CMD"
        words = [sys.executable if word == "python" else self._here(word) for word in words]
        done = subprocess.run(words, cwd=self.image, env=self.environ, capture_output=True, check=False)
        return done.returncode == 0

    def wait_healthy(self) -> None:
        """Raises AssertionError with the last words of a process that does not become healthy."""
        deadline = time.monotonic() + START_SECONDS
        while not self.is_healthy():
            assert self.process is None or self.process.poll() is None, (
                f"{self.name} ended: {self.last_words()}"
            )
            assert time.monotonic() < deadline, f"{self.name} is not healthy: {self.last_words()}"
            time.sleep(0.05)

    def kill(self) -> None:
        """As the end of a container without warning: all of its processes at once, none of them may do anything."""
        assert self.process is not None
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def stop(self) -> float:
        """As `docker stop`: a signal, 30 seconds of patience; returns the seconds, asserts a clean end."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGQUIT if self.name == "nginx" else signal.SIGTERM)
        try:
            code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            code = None
        assert code == 0, f"{self.name} ended with {code}: {self.last_words()}"
        return time.monotonic() - began

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """As `docker compose exec`: another command in the same place, with the same environment."""
        return self.run_with(self.environ, *arguments)

    def run_with(self, environ: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
        """The same with another environment."""
        return subprocess.run(
            [*self.entrypoint, *arguments],
            cwd=self.image,
            env=environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-2500:] if self.log.exists() else ""

    def _begin(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as output:
            return subprocess.Popen(
                self.command,
                cwd=self.image,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _here(self, text: str) -> str:
        """Whole words of numbers; of everything else also the parts between other signs."""
        if text in self._places:
            return self._places[text]
        names = "|".join(re.escape(name) for name in self._places if not name.isdigit())
        return re.sub(rf"(?<![\w.-])({names})(?![\w.-])", lambda found: self._places[found[1]], text)
