"""`loop:` a clip that plays for ever by the clock: no encoder runs, and every process computes the same present."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import m3u8

from services.streaming_gateway.media.source import Segment
from services.streaming_gateway.media.transport_stream import PACKET

JOIN_WITH = 6  # segments, so that the first who watch have as much in hand as all others
CATCH_UP = 5  # after a longer absence the loop joins anew instead


@dataclass(frozen=True, kw_only=True)
class Clip:
    """Files with their seconds, all of one encoding."""

    files: Sequence[Path]
    durations: Sequence[float]

    @property
    def length(self) -> float:
        return sum(self.durations)

    @property
    def target(self) -> int:
        return max(round(duration) for duration in self.durations)


def read_clip(folder: Path) -> Clip | None:
    """The clip that ffmpeg wrote into a folder; None where it is not finished, or was cut short by a full disk."""
    playlist = folder / "index.m3u8"
    if not playlist.is_file():
        return None
    written = m3u8.loads(playlist.read_text("utf-8"))
    files = [folder / str(segment.uri) for segment in written.segments]
    if not (written.is_endlist and files and all(_is_whole(file) for file in files)):
        return None
    return Clip(files=files, durations=[float(segment.duration) for segment in written.segments])


def _is_whole(file: Path) -> bool:
    size = file.stat().st_size if file.is_file() else 0
    return size > 0 and size % PACKET == 0


class Loop:
    """Segment n of the loop ends at a moment that follows from n alone; it is new once that moment has passed."""

    reason = ""

    def __init__(self, clip: Clip) -> None:
        self._clip = clip
        self._ends = list(accumulate(clip.durations))
        self._last: int | None = None

    @property
    def target(self) -> int:
        return self._clip.target

    def take(self, wall: float) -> list[Segment]:
        newest = self._number_at(wall)
        if self._last is None:
            wanted = range(newest - JOIN_WITH + 1, newest + 1)
        elif 0 <= newest - self._last <= CATCH_UP:
            wanted = range(self._last + 1, newest + 1)
        else:  # a pause, or a clock that was moved
            wanted = range(newest, newest + 1)
        return [self._segment(number) for number in wanted]

    def close(self) -> None:
        """Nothing is held open."""

    def _number_at(self, wall: float) -> int:
        """The last segment that has ended at this Unix time."""
        cycle, seconds = divmod(wall, self._clip.length)
        ended = sum(end <= seconds for end in self._ends)
        return int(cycle) * len(self._ends) + ended - 1

    def _segment(self, number: int) -> Segment:
        cycle, place = divmod(number, len(self._ends))
        duration = self._clip.durations[place]
        follows = self._last is not None and number == self._last + 1
        self._last = number
        return Segment(
            content=self._clip.files[place].read_bytes(),
            duration=duration,
            at=cycle * self._clip.length + self._ends[place] - duration,
            continues=follows and place != 0,
        )
