"""Reads docker-compose.yml as compose does: merged, with the variables of an env file filled in."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from tests.served import ROOT

FILE = ROOT / "docker-compose.yml"
_VARIABLE = re.compile(r"\$\{([A-Z_]+)(?:(:[-?])([^}]*))?\}")


class MissingVariable(Exception):
    """Compose would stop with this sentence."""


def read_compose(environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The services by name; raises MissingVariable."""
    document = yaml.safe_load(FILE.read_text())
    services = _filled_in(document["services"], environ)
    assert isinstance(services, dict)
    return services


def read_env_file(text: str) -> dict[str, str]:
    """NAME=value lines; comments and empty lines mean nothing."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def _filled_in(part: Any, environ: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        return {key: _filled_in(value, environ) for key, value in part.items()}
    if isinstance(part, list):
        return [_filled_in(value, environ) for value in part]
    if isinstance(part, str):
        return _VARIABLE.sub(lambda found: _value(found, environ), part)
    return part


def _value(found: re.Match[str], environ: Mapping[str, str]) -> str:
    name, kind, text = found.groups()
    if environ.get(name):
        return environ[name]
    if kind == ":?":
        raise MissingVariable(f"required variable {name} is missing a value: {text}")
    return str(text or "")
