"""Settings of `sessions`."""

from dataclasses import dataclass

from shared.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """`export_max_age` is how many seconds clients may keep calendars and exports without asking again."""

    export_max_age: int = 300
