"""Settings of `sessions`."""

from dataclasses import dataclass

from shared.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """`export_max_age` is how many seconds clients may keep calendars and exports without asking again.

    They are the same for everybody, so one answer serves all for `shared_answer_ms` milliseconds.
    """

    export_max_age: int = 300
    shared_answer_ms: int = 1000
