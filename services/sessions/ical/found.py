"""What a calendar file holds, as values that belong to no format of schedules."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class FoundEntry:
    """One time at which something takes place.

    `key` is the UID, with the original start behind it where the entry is one of a series: what a later file of the
    same calendar calls the same entry. `starts_at` is naive where the file leaves the clock open. `line` is where
    the entry begins. `series` is the UID that all dates of a series have in common, or empty.
    """

    key: str
    line: int
    starts_at: datetime
    length: timedelta
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""
    category: str = ""
    series: str = ""


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something a person should know; `grave` where a part of the file is not taken as it stands."""

    code: str
    message: str
    line: int | None = None
    grave: bool = True


@dataclass(kw_only=True)
class FoundCalendar:
    """A whole file; `events` counts its VEVENTs, `zone` is the name it gives for its clock, or empty."""

    name: str = ""
    zone: str = ""
    events: int = 0
    entries: list[FoundEntry] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def warn(self, code: str, message: str, line: int | None = None) -> None:
        self.remarks.append(Remark(code=code, message=message, line=line))

    def note(self, code: str, message: str, line: int | None = None) -> None:
        self.remarks.append(Remark(code=code, message=message, line=line, grave=False))
