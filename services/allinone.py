"""The four services in one process: the demonstration, and the stack that tests drive step by step."""

import fcntl
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, Any

from services.settings import embedded_environ
from shared.bus.broker import Bus, bus_of
from shared.bus.outbox import count_unsent
from shared.clock import now
from shared.mail.mailbox_app import make_mailbox_app
from shared.runtime import Runtime, spare_the_collector
from shared.service import Service
from shared.settings import load_settings
from shared.web.health import readiness


class DataInUse(Exception):
    """Another process runs on the same data folder."""


CROWD = 3


class Requests:
    """Counts the requests that are being answered, so that the loops of the same process can give way to them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def __enter__(self) -> None:
        with self._lock:
            self._count += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._count -= 1

    def are_many(self) -> bool:
        return self._count >= CROWD


class Stack:
    """Four runtimes on one bus, mounted by path."""

    def __init__(self, services: Iterable[Service], environ: Mapping[str, str]) -> None:
        services = tuple(services)
        self.environ = embedded_environ(environ)
        self._requests = Requests()
        self.bus: Bus = bus_of(
            self.environ["PLENARY_BUS_URL"], {service.name: service.subscriptions for service in services}
        )
        self.runtimes = {
            service.name: Runtime(
                service,
                load_settings(service.settings, service.name, self.environ),
                self.bus,
                self._requests.are_many,
            )
            for service in services
        }
        self._mailbox = make_mailbox_app(self.environ["PLENARY_MAIL_URL"])

    def prepare(self) -> None:
        for runtime in self.runtimes.values():
            runtime.prepare()

    def start(self) -> None:
        for runtime in self.runtimes.values():
            # Made before anybody asks: an app that fails halfway, say on a full disk, could not be made again.
            _ = runtime.app
            runtime.start_worker()
        spare_the_collector()

    def stop(self) -> None:
        for runtime in self.runtimes.values():
            runtime.ask_to_stop()
        for runtime in self.runtimes.values():
            runtime.stop()

    def lost_loops(self) -> list[str]:
        """Those that ended by themselves or hang, of any service; empty while all is well."""
        return [name for runtime in self.runtimes.values() for name in runtime.lost_loops()]

    def wsgi(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Send a request to the service that owns its path; sessions has the front door."""
        with self._requests:
            return self._answer(environ, start_response)

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        first = environ.get("PATH_INFO", "/").split("/", 2)[1]
        if first == "readyz":
            return self._readyz(start_response)
        if first == "mailbox" and self._mailbox is not None:
            return self._mailbox(environ, start_response)
        for runtime in self.runtimes.values():
            if runtime.service.path == f"/{first}":
                return runtime.app(environ, start_response)
        return self.runtimes["sessions"].app(environ, start_response)

    def waiting_events(self) -> dict[str, int]:
        """How many events of each service are not yet with all who hear them."""
        waiting = {}
        for name, runtime in self.runtimes.items():
            with runtime.database.read() as db:
                waiting[name] = count_unsent(db)
        return waiting

    def _readyz(self, start_response: Any) -> Iterable[bytes]:
        states = {name: readiness(runtime.database)["status"] for name, runtime in self.runtimes.items()}
        ready = all(state == "ok" for state in states.values())
        body = json.dumps(states).encode()
        start_response(
            "200 OK" if ready else "503 Service Unavailable", [("Content-Type", "application/json")]
        )
        return [body]


def four_services() -> tuple[Service, ...]:
    """All of them; imported only when asked for, since a split deployment has one."""
    from services.badges.app import SERVICE as badges
    from services.registration.app import SERVICE as registration
    from services.sessions.app import SERVICE as sessions
    from services.streaming_gateway.app import SERVICE as streaming_gateway

    return (registration, sessions, badges, streaming_gateway)


def seed_demo(stack: Stack, day_one: date, settle: Callable[[], None]) -> None:
    """Make the demonstration conference unless it is there; `settle` waits until all services heard of it.

    Each half leaves alone what it finds, so a first start that was cut off is completed by the next.
    """
    from services.registration import demo as registration
    from services.sessions import demo as sessions
    from services.streaming_gateway import demo as streaming_gateway

    with stack.runtimes["sessions"].database.write() as db:
        sessions.seed(db, day_one=day_one, now=now())
    settle()
    with stack.runtimes["registration"].database.write() as db:
        registration.seed(db, now=now())
    with stack.runtimes["streaming_gateway"].database.write() as db:
        streaming_gateway.seed(db, now=now())


@contextmanager
def data_folder_lock(folder: str) -> Any:
    """Keep a second process off the same SQLite files; raises DataInUse."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    with (Path(folder) / "lock").open("a+") as lock:
        _lock(lock, folder)
        yield


def _lock(lock: IO[str], folder: str) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise DataInUse(
            f"another Plenary runs on {folder}; stop it, or choose another folder with DATA="
        ) from error
