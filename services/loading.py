"""How commands come by a service: imported only when one asks for it, since an image holds just its own."""

import importlib
import os
from collections.abc import Mapping
from typing import cast

import click

from services.settings import NAMES, embedded_environ
from shared.bus.broker import bus_of
from shared.runtime import Runtime
from shared.service import Service
from shared.settings import WrongSettings, load_settings

SERVICE = click.argument("service", type=click.Choice(NAMES))


def service_of(name: str) -> Service:
    """The declaration of a service; an image that holds another one says so."""
    try:
        return cast(Service, importlib.import_module(f"services.{name}.app").SERVICE)
    except ModuleNotFoundError as error:
        if error.name == f"services.{name}":
            raise click.ClickException(f"{name} is not part of this image") from error
        raise


def runtime_of(name: str, environ: Mapping[str, str]) -> Runtime:
    """A service by the settings of the environment; raises WrongSettings."""
    service = service_of(name)
    settings = load_settings(service.settings, name, environ)
    try:
        bus = bus_of(settings.bus_url, {name: service.subscriptions})
    except ValueError as error:
        raise WrongSettings(f"PLENARY_{name.upper()}_BUS_URL is wrong: {error}") from error
    return Runtime(service, settings, bus)


def embedded_runtime(name: str) -> Runtime:
    """The service on the demonstration's data, unless the environment says where else."""
    return runtime_of(name, embedded_environ(os.environ))
