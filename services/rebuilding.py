"""The command that builds a service's read models anew, while the service goes on."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager

import click
from sqlalchemy.exc import SQLAlchemyError

from services.loading import SERVICE, embedded_runtime
from shared.bus.comparison import Comparison
from shared.bus.generation import drop_generation
from shared.bus.rebuild import Progress, Rebuild, RebuildRefused
from shared.db import Database
from shared.service import Service

LOOK_SECONDS = 0.5
SAY_SECONDS = 2.0
LONELY_SECONDS = 15.0


@click.command()
@SERVICE
@click.option("--check", is_flag=True, help="Only say what differs, and fail if anything does.")
@click.option("--resume", is_flag=True, help="Go on with a rebuild that was left.")
@click.option("--abandon", is_flag=True, help="Give up the one that is open; nothing was changed by it.")
def rebuild(service: str, *, check: bool, resume: bool, abandon: bool) -> None:
    """Build what a service knows of others anew from what these retain, compare, and take it over.

    The service's worker has to run: it fills a shadow of the tables, and the live ones too, as ever. Nothing is sent
    because of it. What the service owns itself (badges, signing keys, scans, registrations, programmes) is never
    touched and comes from no event: if that is lost, restore the backup first.
    """
    if resume and abandon:
        raise click.UsageError("--resume goes on with a rebuild, --abandon gives it up")
    runtime = embedded_runtime(service)
    if abandon:
        with _in_words(service), closing(runtime.database):
            name = drop_generation(runtime.database)
        click.echo(f"{service}: the rebuild is given up" if name else f"{service}: no rebuild is open")
        return
    publishers = {name: embedded_runtime(name).database for name in runtime.service.publishers}
    with _in_words(service), ExitStack() as opened:
        for database in (runtime.database, *publishers.values()):
            opened.enter_context(closing(database))
        is_equal = _run(runtime.service, runtime.database, publishers, check=check, resume=resume)
    if check and not is_equal:
        raise click.ClickException(f"the read models of {service} are not what others told")


def _run(
    service: Service, live: Database, publishers: Mapping[str, Database], *, check: bool, resume: bool
) -> bool:
    """Whether nothing differed."""
    begin = Rebuild if resume else Rebuild.open
    rebuild = begin(service, live, publishers)
    try:
        _fill(rebuild, service.name)
        found = rebuild.compare() if check else rebuild.swap()
    except KeyboardInterrupt:
        click.echo(
            f"{service.name}: the rebuild stays open; --resume goes on, --abandon gives it up", err=True
        )
        raise
    finally:
        rebuild.close()
    rebuild.drop()
    for line in _report(found, swapped=not check):
        click.echo(line)
    return not any(one.differing for one in found)


def _fill(rebuild: Rebuild, service: str) -> None:
    began = said = time.monotonic()
    first: int | None = None
    while not (progress := rebuild.step()).complete:
        at = time.monotonic()
        if first is None and progress.seen:
            first, began = progress.arrived, at
        if at - said >= SAY_SECONDS and (progress.seen or at - began >= LONELY_SECONDS):
            said = at
            click.echo(
                f"{service}: {_words(progress, at - began, progress.arrived - (first or 0))}", err=True
            )
        time.sleep(LOOK_SECONDS)
    click.echo(f"{service}: {progress.arrived:,} events in {time.monotonic() - began:.0f} s", err=True)


def _words(progress: Progress, seconds: float, arrived: int) -> str:
    """How far it is after so many seconds in which so many events arrived."""
    if not progress.seen:
        return "no worker has taken it up yet; does it run?"
    words = f"{progress.arrived:,} of {progress.total:,}"
    if arrived:
        words += f", about {seconds / arrived * (progress.total - progress.arrived):.0f} s left"
    if progress.waiting:
        words += f"; {progress.waiting} failed and are tried again"
    return words


def _report(found: list[Comparison], *, swapped: bool) -> Iterator[str]:
    yield from map(str, found)
    differing = sum(one.differing for one in found)
    if not differing:
        yield "nothing differs"
    elif swapped:
        yield f"{differing:,} rows differed and are mended"
    else:
        yield f"{differing:,} rows differ; nothing was changed"


@contextmanager
def _in_words(service: str) -> Iterator[None]:
    """Whatever keeps it from going on ends in a sentence."""
    try:
        yield
    except RebuildRefused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).partition("\n")[0]
        raise click.ClickException(
            f"a database that {service} needs does not answer: {reason}; a rebuild that is open stays so"
        ) from error
