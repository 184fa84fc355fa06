"""The one command line: `python -m services COMMAND`. A service is imported only when a command asks for it."""

import os
import signal
import sys
import threading
from datetime import datetime
from pathlib import Path

import click

from services import operating
from services.events import events
from services.loading import SERVICE, embedded_runtime, runtime_of
from services.settings import NAMES
from shared.errors import Refusal
from shared.log import set_up_logging
from shared.settings import WrongSettings

LOOK_SECONDS = 5.0


@click.group()
def main() -> None:
    """Plenary: registration, agenda, badges and livestream of a conference."""
    set_up_logging(os.environ.get("PLENARY_LOG_LEVEL", "INFO"))


@main.command()
def allinone() -> None:
    """All four services in one process, with the demonstration conference."""
    from services.demo import run_demo

    sys.exit(run_demo(os.environ))


@main.command()
@SERVICE
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--threads", default=4, show_default=True)
def web(service: str, host: str, port: int, workers: int, threads: int) -> None:
    """Serve the pages and the API of one service."""
    from granian import Granian
    from granian.constants import Interfaces

    os.environ["PLENARY_SERVICE"] = service
    runtime = runtime_of(service, os.environ)
    runtime.require_database()  # what is wrong is told here, once, and not by every worker
    runtime.database.close()
    Granian(
        "services.web:create_app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        workers_kill_timeout=25,
        respawn_failed_workers=True,
        factory=True,
        log_access=False,
    ).serve()


@main.command()
@SERVICE
def worker(service: str) -> None:
    """Relay and consume the events of one service, fire its timers, send its mail."""
    from shared.bus.provisioning import require_topology
    from shared.runtime import spare_the_collector

    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    runtime = runtime_of(service, os.environ)
    runtime.require_database()
    runtime.prepare()
    if runtime.settings.bus_url.startswith("amqp"):
        require_topology(runtime.settings.bus_url, service, runtime.service.subscriptions)
    runtime.start_worker()
    spare_the_collector()
    click.echo(f"{service}: working", err=True)
    while not stopping.wait(LOOK_SECONDS):
        if lost := runtime.lost_loops():
            raise click.ClickException(f"{', '.join(lost)} stopped; this process ends, to be started again")
    runtime.stop()


@main.command()
@click.argument("services", nargs=-1, type=click.Choice(NAMES))
def migrate(services: tuple[str, ...]) -> None:
    """Bring the tables of these services (default: all) to the newest state."""
    for service in services or NAMES:
        embedded_runtime(service).prepare()
        click.echo(f"{service}: up to date")


@main.command("make-migration")
@SERVICE
@click.argument("message")
def make_migration(service: str, message: str) -> None:
    """Write a migration for what the models of a service have and its database has not."""
    from shared.migrations import make_revision
    from shared.migrations import migrate as upgrade

    runtime = embedded_runtime(service)
    upgrade(runtime.database, service)
    make_revision(runtime.database, service, runtime.service.metadata, message)


@main.command("invite-organiser")
@click.argument("address")
@click.option("--conference", help="Slug; without it the invitation is for the whole platform.")
def invite_organiser(address: str, conference: str | None) -> None:
    """Print a one-time sign-in link for an organiser."""
    from services.registration import usecases
    from shared.clock import now

    runtime = embedded_runtime("registration")
    runtime.prepare()
    with runtime.database.write() as db:
        secret = usecases.invite_organiser(db, address=address, conference=conference, now=now())
    click.echo(f"{runtime.settings.base_url}/registration/in/{secret}")


@main.command("import-schedule")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--conference", required=True, help="Slug of the conference; a new one is made if there is none."
)
@click.option("--zone", help="IANA time zone, for files that name none and for times without one.")
@click.option("--draft", is_flag=True, help="Neither public nor released yet.")
def import_schedule(file: Path, conference: str, zone: str | None, draft: bool) -> None:
    """Bring in a frab, pentabarf or pretalx schedule.xml or schedule.json, or a calendar (.ics)."""
    from services.sessions.schedules import describe
    from services.sessions.usecases import import_schedule as bring_in
    from services.sessions.usecases import read_import
    from shared.clock import now

    runtime = embedded_runtime("sessions")
    runtime.prepare()
    content = file.read_bytes()
    with runtime.database.read() as db:
        schedule = read_import(db, content, filename=file.name, conference_slug=conference, zone=zone)
    with runtime.database.write() as db:
        report = bring_in(db, schedule, conference_slug=conference, zone=zone, draft=draft, now=now())
    click.echo(report.summary())
    counts = describe(schedule)
    click.echo(
        f"file: {counts.events} events, {counts.rooms} rooms, {counts.days} days, rows {counts.sha256_rows}"
    )


@main.command()
@click.option("--conference", required=True, help="Slug of a conference in rehearsal.")
@click.option("--at", required=True, help='For example "day 2 10:00", or "now" for the real time.')
def clock(conference: str, at: str) -> None:
    """Move the clock of a rehearsing conference; every service hears of it."""
    from services.sessions import queries, usecases
    from shared.clock import now

    runtime = embedded_runtime("sessions")
    runtime.prepare()
    with runtime.database.write() as db:
        moved: datetime = usecases.set_clock(db, queries.get_conference(db, conference), at=at, now=now())
    click.echo(f"{conference} now lives at {moved:%Y-%m-%d %H:%M %Z}")


@main.command()
@click.option("--check", is_flag=True, help="Fail if the files in docs/ are not what the code says.")
def docs(check: bool) -> None:
    """Write the event catalogue (AsyncAPI) and the OpenAPI documents into docs/."""
    from services.documents import write_documents

    sys.exit(write_documents(Path("docs"), check=check))


for command in (*operating.COMMANDS, events):
    main.add_command(command)


if __name__ == "__main__":
    try:
        main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Refusal as refusal:
        reasons = [f"{name}: {' '.join(texts)}" for name, texts in refusal.fields.items()]
        click.echo(f"Error: {'; '.join(reasons) or refusal.detail}", err=True)
        sys.exit(2)
    except WrongSettings as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(2)
