"""The settings of registration, from PLENARY_REGISTRATION_* variables."""

from dataclasses import dataclass

from shared.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """Lifetimes are in minutes; limits count tries within `tries_window` minutes."""

    sign_in_minutes: int = 10
    session_minutes: int = 12 * 60
    tries_window: int = 60
    tries_per_source: int = 30
    tries_per_target: int = 5
