"""The settings of badges, from PLENARY_BADGES_* variables."""

from dataclasses import dataclass

from shared.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What every service needs is enough."""
