"""Web and worker as processes of their own, as a split deployment runs them."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import text

from tests.harness import SLUG, SteppedStack
from tests.provision.processes import free_ports
from tests.served import ROOT

PATIENCE_SECONDS = 40


@contextmanager
def role(environ: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that has to end by itself, cleanly, when it is asked to."""
    command = [sys.executable, "-m", "services", *arguments]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environ}) as process:
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        finally:
            if process.poll() is None:
                process.kill()


def fetched(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bytes(answer.read())
    except (urllib.error.URLError, OSError):
        return b""


def test_a_release_made_in_one_process_reaches_the_page_of_another(
    deployed_demo_environ: dict[str, str],
) -> None:
    (port,) = free_ports(1)
    base = f"http://127.0.0.1:{port}"
    environ = {
        **deployed_demo_environ,
        "PLENARY_BASE_URL": base,
        "PLENARY_DATA_DIR": deployed_demo_environ["DATA"],
        "PLENARY_LOG_LEVEL": "WARNING",
    }
    with ExitStack() as running:
        running.enter_context(role(environ, "web", "streaming_gateway", "--port", str(port)))
        for service in ("sessions", "streaming_gateway"):
            running.enter_context(role(environ, "worker", service))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while b'"ok"' not in fetched(f"{base}/readyz"):
            assert time.monotonic() < deadline, "the web role did not become ready"
            time.sleep(0.1)
        rename_conference(environ)
        while b"Teachers of Tomorrow" not in fetched(f"{base}/live/{SLUG}/"):
            assert time.monotonic() < deadline, "the event did not arrive"
            time.sleep(0.1)


def rename_conference(environ: dict[str, str]) -> None:
    """A change that is committed here and told by the worker of sessions."""
    from services.sessions.queries import conferences
    from services.sessions.usecases.conferences import state_conference
    from shared.clock import now

    stack = SteppedStack(environ)
    with stack.service("sessions").database.write() as db:
        db.execute(text("UPDATE conferences SET name = 'Teachers of Tomorrow'"))
        db.expire_all()
        state_conference(db, conferences.get_conference(db, SLUG), now=now())
    stack.close()
