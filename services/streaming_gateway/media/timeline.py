"""The numbered past of one stage: media sequence and discontinuity sequence never fall, whatever dies in between."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

EPOCH = 1_793_491_200  # 2026-11-01: players walk through all discontinuity numbers below the present one
LISTED = 10


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One listed segment: seconds of media, and the Unix time at which they were the present."""

    name: str
    duration: float
    at: float
    discontinuity: bool


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """What the playlist says. `sequence` and `discontinuities` belong to the first entry (RFC 8216, 4.3.3.2 and 3)."""

    sequence: int
    discontinuities: int
    entries: tuple[Entry, ...] = ()

    @property
    def next_at(self) -> float:
        """The earliest time that the next segment may claim; 0 where there is none yet."""
        return self.entries[-1].at + self.entries[-1].duration if self.entries else 0.0

    def with_entry(self, name: str, *, duration: float, at: float, discontinuity: bool) -> "Timeline":
        """One more segment at the end; whatever no longer fits falls out at the beginning.

        A clock that was set back cannot turn media time back: `at` is at least the end of what is listed.
        """
        entry = Entry(name=name, duration=duration, at=max(at, self.next_at), discontinuity=discontinuity)
        return replace(self, entries=(*self.entries, entry)).without_first(len(self.entries) + 1 - LISTED)

    def without_first(self, count: int) -> "Timeline":
        """The same without its first `count` entries; both numbers count on."""
        gone = self.entries[: max(0, count)]
        return Timeline(
            sequence=self.sequence + len(gone),
            discontinuities=self.discontinuities + sum(entry.discontinuity for entry in gone),
            entries=self.entries[len(gone) :],
        )


def first_timeline(now: float) -> Timeline:
    """Where nothing is remembered: numbers from the clock, which runs ahead of what a stage uses up.

    That is ten a second for segments, and two a minute for breaks, of which a loop or a slate makes one.
    """
    seconds = max(0.0, now - EPOCH)
    return Timeline(sequence=int(seconds * 10), discontinuities=int(seconds / 30))


def load_timeline(path: Path, now: float) -> Timeline:
    """The remembered timeline, or a first one where it is missing or unreadable."""
    try:
        stored: dict[str, Any] = json.loads(path.read_text("utf-8"))
        entries = tuple(Entry(**entry) for entry in stored.pop("entries"))
        return Timeline(**stored, entries=entries)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return first_timeline(now)


def store_timeline(path: Path, timeline: Timeline) -> None:
    """Remember it before anybody sees it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(asdict(timeline)), "utf-8")
    draft.replace(path)
