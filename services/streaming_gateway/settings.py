"""The settings of streaming_gateway, from PLENARY_STREAMING_GATEWAY_* variables."""

from dataclasses import dataclass

from shared.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What every service needs is enough."""
