"""A clock that can be set while a process runs: everything here takes the time from one function, and that is replaced.

libfaketime would do the same for the whole process, but with it every sleep of Python 3.11 fails after a step.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared import clock


class SetClock:
    """What the processes that live by its file believe of the time."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "clock"
        self.step(0)

    def step(self, seconds: int) -> None:
        """So many seconds away from the true time, forwards or backwards."""
        draft = self.file.with_suffix(".new")
        draft.write_text(f"{seconds:d}\n")
        draft.replace(self.file)

    def go_to(self, instant: datetime) -> None:
        self.step(round((instant - datetime.now(UTC)).total_seconds()))


def live_by(file: Path) -> None:
    """Have this process live by that clock; whoever imported `now` already holds the function that is changed here."""

    def set_now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=int(file.read_text()))

    def now() -> datetime:
        return _set_now()  # type: ignore[name-defined,no-any-return]  # noqa: F821 - is put into shared.clock

    vars(clock)["_set_now"] = set_now
    clock.now.__code__ = now.__code__
