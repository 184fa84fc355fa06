"""The embedded set-up: all services in one process on the in-process bus, which dies with it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from shared.bus.consumer import Consumer
from shared.bus.memory import MemoryBus
from tests.simulator.toys import SERVICES, SUBSCRIPTIONS
from tests.simulator.world import World


class Embedded(World):
    """Three relays and three consumers on one real MemoryBus."""

    def live(self, length: int) -> None:
        self._contexts: dict[str, Any] = {}
        self._start()
        try:
            super().live(length)
        finally:
            self._close()

    def steps(self) -> dict[Callable[[], object], float]:
        return {
            self.some_relay: 7,
            self.some_consumer: 12,
            self.some_inbox: 3,
        }

    def faults(self) -> dict[Callable[[], object], float]:
        return {self.crash: 1}

    def some_relay(self) -> None:
        service = self.chance.choice(SERVICES)
        self.note(f"relay of {service}")
        self.relay_step(service, self.relays[service])

    def some_consumer(self) -> None:
        self.consume(self.chance.choice(SERVICES))

    def some_inbox(self) -> None:
        self.retry(self.chance.choice(SERVICES))

    def crash(self) -> None:
        self.note("the process is killed")
        self.restart(None)

    def consume(self, service: str) -> bool:
        """One message, if there is one."""
        busy: list[bool] = []
        self.act(service, lambda: busy.append(self._drain(service)))
        return any(busy)

    def retry(self, service: str) -> bool:
        busy: list[bool] = []
        self.act(service, lambda: busy.append(self.inboxes[service].retry_due(self.clock.now())))
        if any(busy):
            self.note(f"{service} tries again")
        return any(busy)

    def restart(self, process: Any) -> None:
        self._close()
        self._start()

    def round(self) -> bool:
        busy = False
        for service in SERVICES:
            if self.has_work_for(self.relays[service], service):
                busy |= self.relay_step(service, self.relays[service])
            while self.consume(service):
                busy = True
            while self.is_waiting(service) and self.retry(service):
                busy = True
        return busy

    def be_slow(self) -> None:
        """Nobody watches the time of a handler here."""

    def mend(self) -> None:
        """There is nothing outside the process."""

    def is_empty(self) -> bool:
        return True  # whatever is on its way is unsent

    def safe_with(self, event_id: str, generation: str) -> set[str]:
        heard = "SELECT 1 FROM inbox WHERE event_id = ? AND generation = ?"
        key = (event_id.replace("-", ""), generation)
        return {name for name, one in self.databases.items() if one.auditor.execute(heard, key).fetchone()}

    def send_foreign(self, service: str, raw: bytes) -> None:
        self.inboxes[service].receive(raw)

    def _start(self) -> None:
        self._bus = MemoryBus(SUBSCRIPTIONS)
        self.relays = {name: self.new_relay(name, self._bus.publisher(name)) for name in SERVICES}
        self.inboxes = {name: self.new_inbox(name) for name in SERVICES}
        self._consumers = {
            name: Consumer(
                self._bus.connect(),
                name,
                self.inboxes[name],
                on_committed=partial(self._bus.committed, name),
                has_dead_letters=self._bus.has_dead_letters,
            )
            for name in SERVICES
        }
        self._connections = {name: self._open(name) for name in SERVICES}

    def _open(self, service: str) -> Any:
        self._contexts[service] = self._consumers[service].consumer_context()
        connection, _, _ = self._contexts[service].__enter__()
        return connection

    def _close(self) -> None:
        """What goes back to a bus that nobody knows any more is gone."""
        for context in self._contexts.values():
            context.__exit__(None, None, None)
        self._contexts.clear()

    def _drain(self, service: str) -> bool:
        """As ConsumerMixin does it; a lost database ends the connection, and there is another one."""
        try:
            self._consumers[service].on_iteration()
            self._connections[service].drain_events(timeout=0)
        except TimeoutError:
            return False
        except SQLAlchemyError:
            self.note(f"{service} cannot store what it hears")
            self._contexts.pop(service).__exit__(None, None, None)
            self._connections[service] = self._open(service)
            raise
        self.note(f"{service} hears one")
        return True
