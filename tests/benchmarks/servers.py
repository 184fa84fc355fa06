"""Web servers to be measured: those of Plenary and bare ones, both by granian with 2 workers of 4 threads."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


def bare_wsgi(app: str, port: int) -> list[str]:
    """What runs an app with nothing of Plenary around it, set up as Plenary sets up its own."""
    options = ["--interface", "wsgi", "--workers", "2", "--blocking-threads", "4", "--no-access-log"]
    return ["-m", "granian", *options, "--port", str(port), app]


@contextmanager
def granian(target: Sequence[str], port: int, environ: Mapping[str, str]) -> Iterator[None]:
    """A server process that answers on this port; ended at the end."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [sys.executable, *target], cwd=ROOT, env={**os.environ, **environ}, stdout=output, stderr=output
        )
        try:
            _wait_for(port, process)
            yield
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=2).close()
        except urllib.error.HTTPError:
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")
