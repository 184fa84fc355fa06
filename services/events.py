"""The commands about events: how they are, what is parked, and telling them again."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from textwrap import shorten
from typing import Any
from uuid import UUID

import click
from sqlalchemy.exc import SQLAlchemyError

from services.loading import SERVICE, embedded_runtime, service_of
from services.rebuilding import rebuild
from services.settings import NAMES
from shared.bus.masking import Shown, shown
from shared.bus.outbox import send_again
from shared.bus.parked import get_parked, list_failing, list_parked, try_again
from shared.bus.publisher import BusAway
from shared.bus.queues import queues_of
from shared.bus.replay import replay as queue_again
from shared.bus.status import BusStatus, bus_status, in_words
from shared.clock import now
from shared.db import Transaction
from shared.errors import NotFound
from shared.runtime import Runtime

MOST = 100
MOST_FAILING = 5
SOME_OR_ALL = click.Choice((*NAMES, "all"))


class Instant(click.ParamType):
    """A time of ISO 8601; without an offset it is in UTC."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is no time such as 2026-11-26T18:00Z", param, ctx)
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


@click.group()
def events() -> None:
    """The events between the services: how they are, what is parked, telling them again."""


@events.command()
@click.argument("services", nargs=-1, type=click.Choice(NAMES))
def status(services: Sequence[str]) -> None:
    """What waits, what failed and how late events come (default: every service of this image)."""
    for name in services or [name for name in NAMES if find_spec(f"services.{name}")]:
        runtime = embedded_runtime(name)
        with _transaction(runtime) as db:
            state = bus_status(db, now())
            failing = [shown(row) for row in list_failing(db, MOST_FAILING)]
        click.echo(name)
        for label, words in _lines(state, failing, runtime):
            click.echo(f"  {label:<8} {words}")


@events.group()
def parked() -> None:
    """Events that were given up."""


@parked.command("list")
@SERVICE
def list_command(service: str) -> None:
    """The newest of them, with their reasons."""
    with _transaction(embedded_runtime(service)) as db:
        rows = [shown(row) for row in list_parked(db, MOST + 1)]
    for event in rows[:MOST]:
        heard = f"{event.received_at:%Y-%m-%d %H:%M}Z"
        click.echo(f"{event.event_id}  {heard}  {event.type or 'not readable'}  {event.reason}")
    if len(rows) > MOST:
        click.echo(f"and more than these {MOST}")
    if not rows:
        click.echo(f"{service}: nothing is parked")


@parked.command("show")
@SERVICE
@click.argument("event_id", type=click.UUID)
def show_command(service: str, event_id: UUID) -> None:
    """All that may be seen of one: what could name a person is left out."""
    with _transaction(embedded_runtime(service)) as db:
        rows = [shown(row) for row in get_parked(db, event_id)]
    for event in rows:
        click.echo(json.dumps(_described(event), ensure_ascii=False, indent=2))


@parked.command("retry")
@SERVICE
@click.argument("event_ids", nargs=-1, type=click.UUID)
@click.option("--all", "everything", is_flag=True, help="Whatever is parked there.")
def retry_command(service: str, event_ids: Sequence[UUID], *, everything: bool) -> None:
    """Try these again, before whatever waits for the same subject."""
    if everything == bool(event_ids):
        raise click.UsageError("name the events, or say --all")
    with _transaction(embedded_runtime(service), writing=True) as db:
        count = try_again(db, None if everything else set(event_ids), now(), by="the command line")
    click.echo(f"{service}: {_events(count)} tried again" if count else f"{service}: nothing is parked")


@events.command()
@click.argument("publisher", type=SOME_OR_ALL)
@click.argument("subscriber", type=SOME_OR_ALL)
def replay(publisher: str, subscriber: str) -> None:
    """Tell one service again everything another one has ever told it; `all` stands for each of them."""
    for teller in _named(publisher):
        with _transaction(embedded_runtime(teller), writing=True) as db:
            for hearer in _named(subscriber):
                generation, count = queue_again(db, subscriber=hearer, types=service_of(hearer).subscriptions)
                click.echo(f"{teller}: {count} events go to {hearer} again, as generation {generation}")


@events.command()
@click.argument("publisher", type=SOME_OR_ALL)
@click.option("--since", type=Instant(), help="Only what was sent from then on, such as 2026-11-26T18:00Z.")
def resend(publisher: str, since: datetime | None) -> None:
    """Send once more what was sent already; whoever knows it drops it. For a broker or a service that lost some."""
    for teller in _named(publisher):
        with _transaction(embedded_runtime(teller), writing=True) as db:
            count = send_again(db, since)
        click.echo(f"{teller}: {_events(count)} sent once more")


events.add_command(rebuild)


def _named(choice: str) -> Sequence[str]:
    return NAMES if choice == "all" else (choice,)


def _events(count: int) -> str:
    return "1 event is" if count == 1 else f"{count} events are"


@contextmanager
def _transaction(runtime: Runtime, *, writing: bool = False) -> Iterator[Transaction]:
    """The only one of a command; ends in a sentence where the database is away, or knows no such event."""
    name, database = runtime.service.name, runtime.database
    try:
        with database.write() if writing else database.read() as db:
            yield db
    except NotFound as error:
        raise click.ClickException(f"{name} has no such event parked; nothing was changed") from error
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).partition("\n")[0]
        raise click.ClickException(f"the database of {name} does not answer: {reason}") from error
    finally:
        database.close()


def _lines(state: BusStatus, failing: Sequence[Shown], runtime: Runtime) -> Iterator[tuple[str, str]]:
    going, coming, lag = state.outgoing, state.incoming, state.lag
    since = f", the first for {in_words(going.oldest_seconds)}" if going.waiting else ""
    yield "outbox", f"{going.waiting} wait to be sent{since}"
    since = f", the first heard {in_words(coming.oldest_seconds)} ago" if coming.retry else ""
    stuck = f" ({coming.stuck} failed ten times or more: is the database well?)" if coming.stuck else ""
    yield "inbox", f"{coming.retry} will be tried again{stuck}{since}; {coming.parked} parked"
    for event in failing:
        yield "failing", f"{event.type}, {event.attempts} times: {shorten(event.reason, 160)}"
    if lag:
        took = (
            f"half arrive within {in_words(lag.half_seconds)}, 95 of 100 within {in_words(lag.most_seconds)}"
        )
        yield "lag", f"the newest heard was told {in_words(lag.newest_seconds)} ago; {took}"
    for replay in state.replays:
        yield "replay", f"{_events(replay.left)} left for {replay.target}, generation {replay.generation}"
    try:
        queues = queues_of(runtime.settings.bus_url, runtime.service.name)
    except BusAway as error:
        yield "broker", str(error)
    else:
        if queues:
            yield "broker", f"holds {queues.waiting} not taken yet, and {queues.given_up} it gave up"


def _described(event: Shown) -> dict[str, Any]:
    return {
        "id": str(event.event_id),
        "replay": event.generation,
        "type": event.type,
        "subject": event.subject,
        "sequence": event.sequence,
        "attempts": event.attempts,
        "told_at": event.told_at.isoformat() if event.told_at else None,
        "received_at": event.received_at.isoformat(),
        "reason": event.reason,
        "bytes": event.size,
        "sha256": event.sha256,
        "data": event.data,
    }
