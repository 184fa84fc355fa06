"""Settings from the environment into a frozen dataclass; names every missing or wrong variable at once."""

import dataclasses
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar


class Secret(str):
    """A setting that never shows itself in logs or error pages."""

    def __repr__(self) -> str:
        return "'***'"


class WrongSettings(Exception):
    """One or more environment variables are missing or unusable; the message lists all of them."""


@dataclass(frozen=True, kw_only=True)
class ServiceSettings:
    """What every service needs to run. Metrics are served where `metrics_port` is not 0, on an address of their own."""

    database_url: Secret
    bus_url: Secret
    base_url: str
    data_dir: Path
    mail_url: Secret = Secret("")
    mail_from: str = "Plenary <no-reply@plenary.example>"
    operator_name: str = "The organiser of this site"
    operator_address: str = ""
    log_level: str = "INFO"
    metrics_host: str = "127.0.0.1"
    metrics_port: int = 0


S = TypeVar("S", bound=ServiceSettings)


def load_settings(cls: type[S], service: str, environ: Mapping[str, str]) -> S:
    """Fill `cls` from PLENARY_<SERVICE>_<FIELD>, else PLENARY_<FIELD>; raises WrongSettings."""
    hints = typing.get_type_hints(cls)
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for field in dataclasses.fields(cls):
        name = f"PLENARY_{service}_{field.name}".upper()
        raw = environ.get(name, environ.get(f"PLENARY_{field.name}".upper()))
        if raw is None:
            if field.default is dataclasses.MISSING:
                wrong.append(f"{name} is missing")
            continue
        try:
            values[field.name] = _cast(hints[field.name], raw)
        except ValueError as error:
            wrong.append(f"{name} {error}")
    if wrong:
        raise WrongSettings("; ".join(wrong))
    return cls(**values)


def _cast(kind: Any, raw: str) -> Any:
    if kind is bool:
        if raw.lower() not in ("0", "1", "true", "false"):
            raise ValueError("must be 0, 1, true or false")
        return raw.lower() in ("1", "true")
    if kind is int:
        if not raw.lstrip("-").isdigit():
            raise ValueError("must be a whole number")
        return int(raw)
    return kind(raw)
