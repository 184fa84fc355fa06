"""The clocks that a calendar file means by its TZIDs: zones of the IANA list, of Windows, or of its own making."""

import io
import re
from collections.abc import Iterable
from datetime import tzinfo
from typing import Final

from dateutil.tz import tzical  # type: ignore[import-untyped]
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from services.sessions.ical.lines import Block
from shared.clock import find_zone

_KNOWN: Final = ("DTSTART", "RRULE", "RDATE", "TZOFFSETFROM", "TZOFFSETTO")
_MOST_PARTS: Final = 200
_YEARLY: Final = re.compile(r"(?!.*BY(HOUR|MINUTE|SECOND)=[^;]*,).*FREQ=YEARLY(;.*)?", re.IGNORECASE)


class ForeignZones:
    """The zones of one file by the name it uses for them."""

    def __init__(self, definitions: Iterable[Block]) -> None:
        self._definitions = {block.value("TZID").replace("\\", ""): block for block in definitions}
        self._found: dict[str, tzinfo | None] = {}
        self.unknown: dict[str, int] = {}

    def find(self, name: str, line: int) -> tzinfo | None:
        """None where nobody can say what the name means, which is noted with the line."""
        if name not in self._found:
            self._found[name] = _named(name) or self._defined(name) or _of_windows(name)
            if self._found[name] is None:
                self.unknown[name] = line
        return self._found[name]

    def _defined(self, name: str) -> tzinfo | None:
        block = self._definitions.get(name)
        if block is None or not 0 < len(block.inner) <= _MOST_PARTS:
            return None
        lines = ["BEGIN:VTIMEZONE", "TZID:X"]
        for part in block.inner:
            lines += [f"BEGIN:{part.name}", *_rules(part), f"END:{part.name}"]
        try:
            return tzical(io.StringIO("\n".join([*lines, "END:VTIMEZONE"]))).get()
        except (ValueError, IndexError, TypeError, OverflowError, ArithmeticError):
            return None


def _named(name: str) -> tzinfo | None:
    """A zone of the IANA list, also behind a prefix such as /example.org/2024/Europe/Paris."""
    if name.upper() in ("Z", "GMT", "UTC"):
        return find_zone("UTC")
    parts = name.strip("/ ").split("/")
    for length in (len(parts), 3, 2):
        if length <= len(parts) and (zone := find_zone("/".join(parts[-length:]))):
            return zone
    return None


def _of_windows(name: str) -> tzinfo | None:
    olson = WINDOWS_TO_OLSON.get(name)
    return find_zone(olson) if olson else None


def _rules(part: Block) -> list[str]:
    """What says when the clock changes. Only yearly rules at one time of day: others could keep a reader busy."""
    lines = []
    for line in part.all(*_KNOWN):
        value = line.value
        if line.name == "RRULE" and not _YEARLY.fullmatch(value):
            continue
        if line.name == "DTSTART" and value < "1900":  # year 1 and 1601 stand for “always”
            value = f"1900{value[4:]}" if re.fullmatch(r"\d{8}T\d{6}", value) else value
        lines.append(f"{line.name}:{value}")
    return lines
