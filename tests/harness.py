"""The four services in one process, stepped by hand: nothing runs in the background, so nothing is waited for."""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from services.allinone import Stack, four_services, seed_demo
from shared.bus.generation import PREFIX
from shared.bus.tables import Inbox, Outbox
from shared.mail.carriers import carrier_of
from shared.mail.mailbox import Mailbox, StoredMail
from shared.mail.outgoing import deliver_due
from shared.runtime import Runtime
from shared.service import Service
from tests.alone import UNSHARED

PATIENCE_SECONDS = 20
DAY_ONE = date(2026, 11, 26)
SLUG = "etwinning-future-teachers"


class SteppedStack(Stack):
    """A stack whose loops run only inside `settle()`."""

    def __init__(self, environ: Mapping[str, str], services: Iterable[Service] | None = None) -> None:
        super().__init__(services if services is not None else four_services(), {**UNSHARED, **environ})
        self.client = self.new_client()
        self._open = ExitStack()
        self._connections: dict[str, Any] = {}
        self._told: set[tuple[Any, ...]] = set()

    def new_client(self) -> Client:
        """A browser of its own, with its own cookies."""
        return Client(self.wsgi)

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        return self.client.get(path, **kwargs)

    def post(self, path: str, **kwargs: Any) -> TestResponse:
        return self.client.post(path, **kwargs)

    def service(self, name: str) -> Runtime:
        return self.runtimes[name]

    def mails(self, to: str | None = None) -> list[StoredMail]:
        """Delivered mails, newest first."""
        folder = self.environ["PLENARY_MAIL_URL"].removeprefix("mailbox://")
        return [mail for mail in Mailbox(Path(folder)).list() if to is None or mail.to == to]

    def open(self) -> "SteppedStack":
        for name, runtime in self.runtimes.items():
            consumer = runtime.consumer()
            consumer.connection.heartbeat = 0  # between two steps nobody is there to say that all is well
            connection, _, _ = self._open.enter_context(consumer.consumer_context())
            self._connections[name] = connection
            assert runtime.relay  # the publisher has to be known before others report to it
        return self

    def close(self) -> None:
        self._open.close()
        for runtime in self.runtimes.values():
            runtime.relay._publisher.close()
            runtime.inbox.close()
            runtime.database.close()

    def settle(self) -> None:
        """Let every committed event, due timer and queued mail take effect."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._round() or self.missing():
            assert time.monotonic() < deadline, f"did not settle: {self.missing()[:5]}"

    def _round(self) -> bool:
        """One turn for every relay, consumer, timer and mail; says whether there was anything to do."""
        self.note_told()
        busy = False
        for runtime in self.runtimes.values():
            busy |= exhaust(runtime.relay.step)
        for connection in self._connections.values():
            busy |= exhaust(lambda connection=connection: drained(connection, 0.01))
        for runtime in self.runtimes.values():
            busy |= exhaust(runtime.work)
            carrier = carrier_of(runtime.settings.mail_url)
            if carrier:
                busy |= exhaust(
                    lambda runtime=runtime, carrier=carrier: deliver_due(
                        runtime.database, carrier, runtime.settings.mail_from
                    )
                )
            runtime.relay.mark()
        return busy

    def note_told(self) -> None:
        """Remember what was told: rows of a replay leave the outbox once they are sent.

        What is told for a shadow arrives in its inbox, and goes with it.
        """
        for runtime in self.runtimes.values():
            with runtime.database.read() as db:
                columns = (Outbox.event_id, Outbox.generation, Outbox.type, Outbox.target)
                told = select(*columns).where(Outbox.generation.not_like(f"{PREFIX}%"))
                self._told |= {tuple(row) for row in db.execute(told)}

    def missing(self) -> list[str]:
        """Events that were told and have not reached every subscriber's inbox."""
        gaps = []
        for name, runtime in self.runtimes.items():
            with runtime.database.read() as db:
                heard = {tuple(row) for row in db.execute(select(Inbox.event_id, Inbox.generation))}
            gaps += [
                f"{name}: {kind} {event_id}"
                for event_id, generation, kind, target in self._told
                if kind in runtime.service.subscriptions
                and target in ("", name)
                and (event_id, generation) not in heard
            ]
        return gaps

    def seed_demo(self, day_one: date = DAY_ONE) -> None:
        """The demonstration conference, as the first `make demo` makes it."""
        seed_demo(self, day_one, self.settle)
        self.settle()


def exhaust(step: Callable[[], bool]) -> bool:
    """Step until there is nothing left; says whether there was anything."""
    steps = 0
    while step():
        steps += 1
    return steps > 0


def drained(connection: Any, seconds: float) -> bool:
    """Handle one message if there is one within so many seconds."""
    try:
        connection.drain_events(timeout=seconds)
    except TimeoutError:
        return False
    return True
