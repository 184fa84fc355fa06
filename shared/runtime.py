"""Runs a service: its app, and the loops that relay, consume, keep time and send mail."""

import gc
import threading
import time
from collections.abc import Callable, Iterable
from functools import cached_property, partial
from wsgiref.simple_server import WSGIServer

from flask import Flask
from prometheus_client import CollectorRegistry
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from shared.bus.bell import Bell, listen
from shared.bus.broker import Bus
from shared.bus.consumer import Consumer
from shared.bus.leader import Leadership
from shared.bus.reception import Reception
from shared.bus.relay import Relay
from shared.bus.watch import Watch
from shared.clock import now
from shared.db import MAIL, OUTBOX, TIMERS, Database
from shared.log import log
from shared.mail.carriers import carrier_of
from shared.mail.outgoing import deliver_due
from shared.migrations import migrate
from shared.service import Service
from shared.settings import ServiceSettings, WrongSettings
from shared.timers import fire_due
from shared.web.factory import make_app
from shared.web.metrics import QueueState, make_registry, serve_numbers

IDLE_SECONDS = 1.0
LOST_SECONDS = 60.0
STOP_SECONDS = 25.0


def spare_the_collector() -> None:
    """Called once a process is ready: what is there by then stays for its life.

    Looking through all of it for garbage would make somebody wait tens of milliseconds now and then.
    """
    gc.collect()
    gc.freeze()


class Runtime:
    """One service with its settings, its database and a bus; nothing runs until a role is started."""

    def __init__(
        self,
        service: Service,
        settings: ServiceSettings,
        bus: Bus,
        gives_way: Callable[[], bool] = lambda: False,
    ) -> None:
        self.service = service
        self.settings = settings
        self.database = Database(settings.database_url, base_url=settings.base_url)
        self._watch = Watch(self.database, service.name)
        self._bus = bus
        self._gives_way = gives_way
        self._bells = {work: Bell() for work in (OUTBOX, TIMERS, MAIL)}
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._rounds: dict[str, float] = {}
        self._consumer: Consumer | None = None
        self._metrics_server: WSGIServer | None = None
        if self.database.dialect == "sqlite":  # PostgreSQL tells all processes of a commit, this one too
            self.database.on_commit(self._ring)

    @cached_property
    def app(self) -> Flask:
        return make_app(self.service, self.settings, self.database, self.metrics)

    @cached_property
    def metrics(self) -> CollectorRegistry:
        return make_registry(self.database)

    @cached_property
    def relay(self) -> Relay:
        publisher = self._bus.publisher(self.service.name, self._bells[OUTBOX].ring)
        return Relay(self.database, publisher, self._gives_way)

    @cached_property
    def inbox(self) -> Reception:
        return Reception(self.database, self.service.all_handlers)

    def require_database(self) -> None:
        """Raises WrongSettings, in the database's own words, when it lets nobody in."""
        try:
            with self.database.engine.connect():
                return
        except OperationalError as error:
            words = " ".join(str(error.orig).split())[:300]
            raise WrongSettings(f"the database of {self.service.name} lets nobody in: {words}") from error

    def prepare(self) -> None:
        """Bring the tables to the newest state and let the service set up what it cannot be without."""
        migrate(self.database, self.service.name)
        if self.service.on_start is not None:
            with self.database.write() as db:
                self.service.on_start(db)

    def consumer(self) -> Consumer:
        """A consumer of the service's queue; each one has a connection of its own."""
        name = self.service.name
        return Consumer(
            self._bus.connect(),
            name,
            self.inbox,
            on_committed=lambda publisher, key: self._bus.committed(name, publisher, key),
            gives_way=self._gives_way,
            has_dead_letters=self._bus.has_dead_letters,
        )

    def work(self) -> bool:
        """One round of everything that falls due by time; says whether there was anything."""
        self._watch.look()
        fired = fire_due(self.database, self.service.timers, now())
        retried = self.inbox.retry_due(now())
        return fired or retried

    def start_worker(self) -> None:
        """Start the loops in threads of this process."""
        if self.settings.metrics_port:
            host, port = self.settings.metrics_host, self.settings.metrics_port
            self.metrics.register(QueueState(self.settings.bus_url, self.service.name))
            self._metrics_server = serve_numbers(self.metrics, host, [port], lambda: not self.lost_loops())
        self._consumer = self.consumer()
        self._start("consume", self._consumer.run_until_stopped)
        self._start("relay", self._run_relay)
        if self.database.dialect == "postgresql":
            self._start("listen", lambda: listen(self.database, self._ring, self._stop))
        self._start("work", lambda: self._repeat(self.work, TIMERS))
        for name, loop in self.service.loops.items():
            self._start(name, partial(loop, self.database, self.settings, self._stop))
        carrier = carrier_of(self.settings.mail_url)
        if carrier is not None:
            sender = self.settings.mail_from
            self._start(
                "mail", lambda: self._repeat(lambda: deliver_due(self.database, carrier, sender), MAIL)
            )

    def lost_loops(self) -> list[str]:
        """The loops that ended by themselves or have not come round for a minute; empty while all is well."""
        if self._stop.is_set():
            return []
        ended = [thread.name for thread in self._threads if not thread.is_alive()]
        rounds = {**self._rounds, **({"consume": self._consumer.came_round_at} if self._consumer else {})}
        latest = time.monotonic() - LOST_SECONDS
        return [*ended, *(f"{self.service.name}.{name}" for name, at in rounds.items() if at < latest)]

    def ask_to_stop(self) -> None:
        """Let every loop end after its present step; returns at once."""
        self._stop.set()
        self._ring(self._bells)
        if self._consumer is not None:
            self._consumer.should_stop = True

    def stop(self) -> None:
        """Finish what is under way, at most for 25 seconds, and close the database."""
        self.ask_to_stop()
        if self._metrics_server is not None:
            self._metrics_server.shutdown()
            self._metrics_server.server_close()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self.inbox.close()
        self.database.close()

    def _run_relay(self) -> None:
        leadership = Leadership(self.database, f"{self.service.name}.relay")

        def lead_or_stand_by() -> bool:
            if self.relay.is_cut_off:
                leadership.give_way()
            if leadership.holds():
                return self.relay.step()
            self.relay.stand_by()
            return False

        try:
            self._repeat(lead_or_stand_by, OUTBOX)
        finally:
            self.relay.stand_by()
            leadership.release()

    def _repeat(self, step: Callable[[], bool], work: str) -> None:
        """Step while there is work; otherwise sleep until a commit rings, at most a second."""
        bell = self._bells[work]
        while not self._stop.is_set():
            self._rounds[work] = time.monotonic()
            seen = bell.rings
            try:
                busy = step()
            except (SQLAlchemyError, OSError) as error:
                log.warning(
                    "a loop pauses",
                    service=self.service.name,
                    reason=f"{type(error).__name__}: {error}"[:300],
                )
                self._stop.wait(IDLE_SECONDS)
                continue
            if not busy:
                bell.wait(seen, self.relay.patience if work == OUTBOX else IDLE_SECONDS)

    def _ring(self, work: Iterable[str]) -> None:
        for name in work:
            self._bells[name].ring()

    def _start(self, name: str, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=f"{self.service.name}.{name}", daemon=True)
        thread.start()
        self._threads.append(thread)
