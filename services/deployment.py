"""What a deployment needs once: its secrets, and the demonstration conference service by service."""

import importlib
import inspect
import os
import time
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

from services.settings import NAMES
from shared.ids import new_secret
from shared.runtime import Runtime
from shared.settings import WrongSettings

PATIENCE_SECONDS = 60


def bus_password(service: str) -> str:
    """The name of the variable that holds the broker's password of a service."""
    return f"PLENARY_{service.upper()}_BUS_PASSWORD"


SECRETS = (
    "PLENARY_POSTGRES_PASSWORD",
    *(f"PLENARY_{name.upper()}_DATABASE_PASSWORD" for name in NAMES),
    *(bus_password(name) for name in NAMES),
    "PLENARY_STREAMING_GATEWAY_MEDIA_SECRET",
)


def fresh_secrets() -> str:
    """An env file with a new value for every secret of docker-compose.yml."""
    return "".join(f"{name}={new_secret()}\n" for name in SECRETS)


def write_new(path: Path, text: str) -> None:
    """Write a file that only its owner may read; raises FileExistsError rather than touch one that is there."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def bus_passwords(environ: Mapping[str, str]) -> dict[str, str]:
    """The broker's password of every service; raises WrongSettings where one is missing or empty."""
    missing = [bus_password(name) for name in NAMES if not environ.get(bus_password(name))]
    if missing:
        raise WrongSettings("; ".join(f"{name} is missing" for name in missing))
    return {name: environ[bus_password(name)] for name in NAMES}


def coming_thursday(today: date) -> date:
    """The first Thursday that is at least a week away."""
    soon = today + timedelta(days=7)
    return soon + timedelta(days=(3 - soon.weekday()) % 7)


def seed_demo(runtime: Runtime, *, day_one: date, now: datetime) -> bool:
    """Add the service's part of the demonstration as soon as it knows the conference; False if it has no part.

    The service that makes the conference knows it after the first round. Raises WrongSettings when it never comes.
    """
    name = runtime.service.name
    if find_spec(f"services.{name}.demo") is None:
        return False
    demo = importlib.import_module(f"services.{name}.demo")
    if not hasattr(demo, "seed"):
        return False
    wanted = inspect.signature(demo.seed).parameters
    facts = {key: value for key, value in {"day_one": day_one, "now": now}.items() if key in wanted}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with runtime.database.write() as db:
            known = runtime.service.look(db, demo.SLUG) is not None
            demo.seed(db, **facts)
        if known:
            return True
        time.sleep(0.2)
    raise WrongSettings(f"{name} has not heard of {demo.SLUG}; seed sessions first, and let the workers run")
