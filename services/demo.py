"""`make demo`: starts everything, seeds the demonstration conference once, prints where to go."""

import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.exc import DatabaseError

from services.allinone import DataInUse, Stack, data_folder_lock, four_services, seed_demo
from services.badges.demo import invite_door
from services.deployment import coming_thursday
from services.registration import usecases as registration
from services.serving import EmbeddedServer
from services.sessions.demo import SLUG
from services.settings import embedded_environ
from shared.clock import now
from shared.settings import WrongSettings

ORGANISER = "organiser@plenary.example"


def run_demo(environ: Mapping[str, str]) -> int:
    """Serve until Ctrl-C; returns the exit code."""
    try:
        day_one = _day_one(environ.get("DATE", ""))
        port = _port(environ.get("PORT", "8000"))
        environ = embedded_environ({**environ, "HOST": _public_host(environ.get("HOST", ""))})
        with data_folder_lock(environ["PLENARY_DATA_DIR"]):
            return _serve(
                Stack(four_services(), environ), os.environ.get("HOST") or "127.0.0.1", port, day_one
            )
    except (DataInUse, WrongSettings, ValueError, OSError) as error:
        return _refuse(str(error))
    except DatabaseError as error:
        return _refuse(f"a database does not work: {' '.join(str(error.orig).split())}")


def _refuse(reason: str) -> int:
    print(f"Plenary cannot start: {reason}", file=sys.stderr)
    return 2


def _serve(stack: Stack, host: str, port: int, day_one: date) -> int:
    started = time.monotonic()
    lost: list[str] = []
    server = EmbeddedServer(stack.wsgi, host=host, port=port)
    # SIGINT too: a shell that starts jobs in the background has them ignore it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        stack.prepare()
        stack.start()
        seed_demo(stack, day_one, lambda: _wait_until_told(stack))
        _print_links(stack, time.monotonic() - started)
        server.run(lambda: bool(stack.lost_loops()))
        lost = stack.lost_loops()
    except KeyboardInterrupt:
        pass
    finally:
        print("Stopping …", flush=True)
        server.close()
        stack.stop()
        print("Stopped. Everything is kept; start again to go on.", flush=True)
    if lost:
        print(f"It ended by itself, because these did: {', '.join(lost)}", file=sys.stderr)
    return 1 if lost else 0


def _wait_until_told(stack: Stack) -> None:
    """The seed of one service builds on events of another."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and any(stack.waiting_events().values()):
        time.sleep(0.02)


def _print_links(stack: Stack, seconds: float) -> None:
    base = stack.environ["PLENARY_BASE_URL"]
    registration_service = stack.runtimes["registration"]
    with registration_service.database.write() as db:
        secret = registration.invite_organiser(db, address=ORGANISER, conference=None, now=now())
    with stack.runtimes["badges"].database.write() as db:
        door = invite_door(db, slug=SLUG, now=now())
    lines = (
        f"Plenary is ready after {seconds:.1f} s. Press Ctrl-C to stop.",
        "",
        f"  Public site      {base}/sessions/{SLUG}/",
        f"  Registration     {base}/registration/{SLUG}/",
        f"  Livestream       {base}/live/{SLUG}/",
        f"  Organiser        {base}/registration/in/{secret}   (works once)",
        f"  Door             {base}/badges/{SLUG}/door/in/{door}   (works once)",
        f"  Mailbox          {base}/mailbox/   (every mail lands here)",
        "",
    )
    print("\n".join(lines), flush=True)


def _day_one(given: str) -> date:
    """The date in DATE, else the first Thursday that is at least a week away."""
    if given:
        try:
            return date.fromisoformat(given)
        except ValueError as error:
            raise ValueError(f"DATE must look like 2026-11-26, not {given}") from error
    return coming_thursday(now().date())


def _port(given: str) -> int:
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise ValueError(f"PORT must be a number from 1 to 65535, not {given}")
    return int(given)


def _public_host(given: str) -> str:
    """An address that others can open: for HOST=0.0.0.0 the one that leads out of this machine."""
    if given not in ("0.0.0.0", "::"):
        return given or "127.0.0.1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # chooses a route; nothing is sent
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt
