"""The time of a simulated world: seconds that only pass when the schedule says so, and a wall clock that may err."""

from datetime import UTC, datetime, timedelta

BEGINNING = datetime(2026, 11, 26, 9, tzinfo=UTC)


class Clock:
    """`error` is by how many seconds the wall clock is wrong; the count of seconds never goes back."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.error = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return BEGINNING + timedelta(seconds=self.seconds + self.error)
