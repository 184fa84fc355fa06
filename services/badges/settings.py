"""The settings of badges, from PLENARY_BADGES_* variables."""

from dataclasses import dataclass

from shared.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """A link to pair a phone works for `pairing_minutes`, and the phone stays paired for `device_days`.

    A source may guess `tries_per_source` codes within `tries_window` minutes.
    """

    pairing_minutes: int = 60
    device_days: int = 30
    tries_window: int = 60
    tries_per_source: int = 30
