"""Reading calendar files of any maker: every event becomes entries, or a remark says why not."""

import hashlib
import re
from collections import defaultdict
from datetime import timedelta
from typing import Final

from services.sessions.ical.foreign_zones import ForeignZones
from services.sessions.ical.found import FoundCalendar, FoundEntry
from services.sessions.ical.lines import Block, read_blocks, walk
from services.sessions.ical.series import (
    MOST_SERIES,
    Occurrence,
    Original,
    original_of,
    stands_for,
    take_place,
)

MOST_ENTRIES: Final = 10_000
LENGTH_OF_NONE: Final = timedelta(minutes=30)

_ESCAPE: Final = re.compile(r"\\([\\;,nN])")
_LONGEST_KEY: Final = 90


def read_calendar(content: bytes) -> FoundCalendar:
    """All the entries of a file and what is to be said about them; never raises, whatever the bytes are."""
    root = read_blocks(content)
    calendars = list(walk(root, "VCALENDAR")) or [root]
    found = FoundCalendar(
        name=next(
            (_text(one, name) for one in calendars for name in ("NAME", "X-WR-CALNAME") if one.value(name)),
            "",
        ),
        zone=next((one.value("X-WR-TIMEZONE") for one in calendars if one.value("X-WR-TIMEZONE")), ""),
    )
    _Reading(found, ForeignZones(walk(root, "VTIMEZONE"))).read(root)
    return found


class _Reading:
    """One pass over the events of a file."""

    def __init__(self, found: FoundCalendar, zones: ForeignZones) -> None:
        self.found, self.zones = found, zones
        self.series = 0
        self.replaced: dict[str, set[str]] = defaultdict(set)
        self.withdrawn = False

    def read(self, root: Block) -> None:
        for calendar in walk(root, "VCALENDAR"):
            for number in calendar.broken:
                self.found.note("line_ignored", "A line outside of events could not be read.", number)
        self._note_others(root)
        self.withdrawn = any(one.value("METHOD").upper() == "CANCEL" for one in walk(root, "VCALENDAR"))
        families: dict[str, list[Original]] = defaultdict(list)
        for block in walk(root, "VEVENT"):
            self.found.events += 1
            original = self._original(block)
            if original is not None:
                families[original.uid].append(original)
        for family in families.values():
            self._read_family(self._newest(family))
        for name, line in self.zones.unknown.items():
            text = (
                f"{_named(name)} is no known time zone; its times were read on the clock of the conference."
            )
            self.found.warn("unknown_zone", text, line)

    def _note_others(self, root: Block) -> None:
        for name, noun in (
            ("VTODO", "to-do(s)"),
            ("VJOURNAL", "journal entries"),
            ("VFREEBUSY", "busy time(s)"),
        ):
            blocks = list(walk(root, name))
            if blocks:
                text = f"{len(blocks)} {noun} in the file are no events and were left out."
                self.found.note("no_event", text, blocks[0].number)

    def _original(self, block: Block) -> Original | None:
        title = _text(block, "SUMMARY")
        for number in block.broken:
            self.found.warn("line_ignored", f"A line of {_named(title)} could not be read.", number)
        for number in block.garbled:
            self.found.warn(
                "not_utf_8", f"Letters of {_named(title)} may be wrong: they are not UTF-8.", number
            )
        uid = _text(block, "UID") or self._made_up(block, title)
        try:
            self.replaced[uid].add(stands_for(block, self.zones))  # also where the change itself is left out
            original = original_of(block, uid, self.zones)
        except ValueError as error:
            self._leave_out(block, str(error))
            return None
        if block.value("CLASS").upper() in ("PRIVATE", "CONFIDENTIAL"):
            self._leave_out(block, "it is marked as private")
            return None
        return original

    def _made_up(self, block: Block, title: str) -> str:
        text = f"{_named(title)} has no UID: with another title or time it is another event."
        self.found.warn("no_uid", text, block.number)
        facts = "\n".join((block.value("DTSTART"), title))
        return f"without-uid-{hashlib.sha256(facts.encode()).hexdigest()[:32]}"

    def _newest(self, family: list[Original]) -> list[Original]:
        """Of what stands in the file in several states, the one with the highest SEQUENCE."""
        highest: dict[str, int] = {}
        for one in family:
            highest[one.repeats] = max(highest.get(one.repeats, 0), one.sequence)
        kept = []
        for one in family:
            if one.sequence == highest[one.repeats]:
                kept.append(one)
            else:
                self._leave_out(one.block, "a later state of it stands in the file")
        return kept

    def _read_family(self, family: list[Original]) -> None:
        """An event or a series, with those of the series that were changed or called off."""
        for one in family:
            if self.withdrawn or one.block.value("STATUS").upper() == "CANCELLED":
                self._leave_out(one.block, "the file says it is cancelled", code="cancelled")
                continue
            if one.repeated:
                self.series += 1
            if one.repeated and self.series > MOST_SERIES:
                self._leave_out(one.block, f"the file has more than {MOST_SERIES} series")
                continue
            try:
                occurrences = take_place(one, self.replaced[one.uid], self.zones, self.found)
            except ValueError as error:
                self._leave_out(one.block, str(error))
                continue
            if not occurrences:
                self._leave_out(one.block, "none of its dates remains")
            self._add(one, occurrences)

    def _add(self, one: Original, occurrences: list[Occurrence]) -> None:
        room = MOST_ENTRIES - len(self.found.entries)
        if len(occurrences) > room:
            self._leave_out(one.block, f"the file has more than {MOST_ENTRIES} entries")
            return
        block = one.block
        title = _text(block, "SUMMARY")
        if any(length == timedelta(0) for _, length, _ in occurrences):
            minutes = LENGTH_OF_NONE.seconds // 60
            self.found.warn(
                "no_length", f"{_named(title)} has no end; {minutes} minutes were taken.", block.number
            )
        for starts_at, length, suffix in occurrences:
            self.found.entries.append(
                FoundEntry(
                    key=_key(one.uid, suffix),
                    line=block.number,
                    starts_at=starts_at,
                    length=length or LENGTH_OF_NONE,
                    summary=title,
                    description=_text(block, "DESCRIPTION"),
                    location=" ".join(_text(block, "LOCATION").split()),
                    url=block.value("URL"),
                    category=_category(block),
                    series=one.uid if suffix else "",
                )
            )

    def _leave_out(self, block: Block, reason: str, *, code: str = "event_left_out") -> None:
        title = _text(block, "SUMMARY") or block.value("UID")
        self.found.warn(code, f"{_named(title)} was left out: {reason}.", block.number)


def _key(uid: str, suffix: str) -> str:
    short = uid if len(uid) <= _LONGEST_KEY - 20 else hashlib.sha256(uid.encode()).hexdigest()
    return f"{short}/{suffix}" if suffix else short


def _category(block: Block) -> str:
    """The first of its categories that is not empty."""
    texts = [part for line in block.all("CATEGORIES") for part in re.split(r"(?<!\\),", line.value)]
    return next((plain for text in texts if (plain := " ".join(_unescaped(text).split()))), "")


def _text(block: Block, name: str) -> str:
    return _unescaped(block.value(name)).strip()


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], text)


def _named(title: str) -> str:
    line = " ".join(title.split())
    return f"“{line[:60]}…”" if len(line) > 60 else f"“{line}”"
