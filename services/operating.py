"""The commands of whoever runs a deployment: broker, secrets, demonstration."""

import json
import os
from datetime import datetime
from pathlib import Path

import click

from services.deployment import bus_passwords, coming_thursday, fresh_secrets, write_new
from services.deployment import seed_demo as seed
from services.loading import SERVICE, embedded_runtime, service_of
from services.settings import NAMES
from shared.bus import broker_users, provisioning, topology
from shared.clock import now


@click.command("provision-broker")
@click.option("--definitions", is_flag=True, help="Print a RabbitMQ definitions file instead.")
@click.option(
    "--users", is_flag=True, help="With one user per service; reads PLENARY_<SERVICE>_BUS_PASSWORD."
)
@click.option("--file", type=click.Path(dir_okay=False, path_type=Path), help="Write it there.")
@click.option(
    "--ctl",
    metavar="COMMAND",
    help="Load all of it, policies and users too, by the broker's own command: rabbitmqctl, or how you reach it.",
)
@click.option("--check", is_flag=True, help="With --ctl: only say what the broker has otherwise, and fail.")
@click.option("--vhost", default="plenary", show_default=True)
def provision_broker(
    *, definitions: bool, users: bool, file: Path | None, ctl: str | None, check: bool, vhost: str
) -> None:
    """Declare exchanges, queues and bindings on RabbitMQ; running it again changes nothing."""
    subscriptions = {name: service_of(name).subscriptions for name in NAMES}
    known = topology.definitions(subscriptions, vhost)
    if users:
        known |= broker_users.users(bus_passwords(os.environ), vhost)
    if definitions:
        _put_out(json.dumps(known, indent=2) + "\n", file)
    elif ctl and check:
        if found := provisioning.differences(ctl, known):
            raise click.ClickException("the broker is not as it should be:\n" + "\n".join(found))
        click.echo("the broker is as the event catalogue says")
    elif ctl:
        provisioning.load(ctl, known)
        click.echo("exchanges, queues, bindings and policies are there")
    else:
        provisioning.provision(_bus_url(), subscriptions)
        click.echo("exchanges, queues and bindings are there; policies need --ctl or a definitions file")


def _bus_url() -> str:
    url = os.environ.get("PLENARY_BUS_URL", "")
    if not url.startswith("amqp"):
        raise click.ClickException("PLENARY_BUS_URL must be amqp://user:password@host/vhost")
    return url


@click.command("generate-secrets")
@click.option("--file", type=click.Path(dir_okay=False, path_type=Path), help="A new file to write them to.")
def generate_secrets(file: Path | None) -> None:
    """Print fresh secrets for docker-compose.yml as an env file, or write it for its owner's eyes only."""
    if file is None:
        click.echo(fresh_secrets(), nl=False)
        return
    try:
        write_new(file, fresh_secrets())
    except FileExistsError as error:
        raise click.ClickException(f"{file} is there already and stays as it is") from error
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}") from error
    click.echo(f"{file}: fresh secrets, readable by you alone")


@click.command("seed-demo")
@SERVICE
@click.option("--day-one", type=click.DateTime(["%Y-%m-%d"]), help="Date of day 1, where it is not made yet.")
def seed_demo(service: str, day_one: datetime | None) -> None:
    """Add one service's part of the demonstration conference; sessions comes first."""
    runtime = embedded_runtime(service)
    runtime.prepare()
    on = day_one.date() if day_one else coming_thursday(now().date())
    done = seed(runtime, day_one=on, now=now())
    click.echo(f"{service}: {'the demonstration is there' if done else 'has no part in the demonstration'}")


def _put_out(text: str, file: Path | None) -> None:
    """Print it, or replace the file in one step."""
    if file is None:
        click.echo(text, nl=False)
        return
    draft = file.with_name(f".{file.name}.part")
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)


COMMANDS = (provision_broker, generate_secrets, seed_demo)
