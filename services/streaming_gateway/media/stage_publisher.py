"""Publishes one stage: what its source brings, and the slate whenever that stays away for too long."""

from collections.abc import Callable
from pathlib import Path

from services.streaming_gateway.media.folder import StageFolder
from services.streaming_gateway.media.loop import Clip
from services.streaming_gateway.media.playlist import write_playlist
from services.streaming_gateway.media.source import Segment, Source
from services.streaming_gateway.media.timeline import LISTED, load_timeline, store_timeline

NOTHING, PROGRAMME, SLATE = "", "programme", "slate"
OVERDUE = 1.75  # target durations after the last segment; players hold back more, so none of them runs dry
FIRST = 3  # segments of the slate that a player needs before it starts
TARGET = 2


class StagePublisher:
    """Everything it knows is in its folder and its memory, so another process can go on where this one was killed.

    `steady` is a clock in seconds that nobody can set; it paces. `wall` is Unix time; it only dates the media.
    """

    def __init__(
        self,
        folder: StageFolder,
        memory: Path,
        slate: Callable[[], Clip | None],
        *,
        wall: float,
        steady: float,
    ) -> None:
        self._folder = folder
        self._memory = memory
        self._slate = slate
        self._slate_place = 0
        self._timeline = load_timeline(memory, wall)
        self._source: Source | None = None
        self._edge = steady
        self._follows = NOTHING  # whose segment is the last one that this process has listed
        self.showing = NOTHING

    @property
    def reason(self) -> str:
        """Why the source brings nothing, for the operator."""
        return self._source.reason if self._source is not None else ""

    def use(self, source: Source | None) -> None:
        """Take segments from here from now on."""
        if self._source is not None:
            self._source.close()
        self._source = source
        self._follows = NOTHING

    def step(self, *, wall: float, steady: float, held: bool) -> None:
        """List what is due now; called several times per target duration. A held stage shows its slate."""
        before = self._timeline
        fresh = self._source.take(wall) if self._source is not None else []
        if fresh and not held:
            for segment in fresh:
                self._append(segment, PROGRAMME)
            self._edge = steady
        else:
            self._fill_with_slate(wall, steady, held=held)
        if self._timeline is not before:
            self._publish()
        target = self._target
        names = {entry.name for entry in self._timeline.entries}
        self._folder.sweep(names, keep=(LISTED + 3) * target, steady=steady)

    def end(self) -> None:
        """Nothing will follow; the last pictures stay where they are."""
        self.use(None)
        if self._timeline.entries:
            self._folder.put_playlist(write_playlist(self._timeline, target=self._target, over=True))

    @property
    def _target(self) -> int:
        return self._source.target if self._source is not None else TARGET

    def _fill_with_slate(self, wall: float, steady: float, *, held: bool) -> None:
        clip = self._slate()
        if clip is None:
            return
        target = self._target
        if steady - self._edge > 3 * target:  # this process was asleep: what was missed is not made up for
            self._edge = steady - OVERDUE * target
        patience = 1.0 if held or self.showing == SLATE else OVERDUE
        first = not self._timeline.entries
        if first and self._source is None:
            self._edge = steady - patience * target
        while steady - self._edge >= patience * target:
            for _ in range(FIRST if first else 1):
                self._append(self._slate_segment(clip, wall), SLATE)
            first, patience = False, 1.0
            self._edge += self._timeline.entries[-1].duration

    def _slate_segment(self, clip: Clip, wall: float) -> Segment:
        place = self._slate_place % len(clip.files)
        self._slate_place += 1
        duration = clip.durations[place]
        content = clip.files[place].read_bytes()
        return Segment(content=content, duration=duration, at=wall, continues=place != 0)

    def _append(self, segment: Segment, what: str) -> None:
        self._timeline = self._timeline.with_entry(
            self._folder.put_segment(segment.content),
            duration=segment.duration,
            at=segment.at,
            discontinuity=self._follows != what or not segment.continues,
        )
        self._follows = self.showing = what

    def _publish(self) -> None:
        """Remember first, show second: a number that anybody has seen is never given again."""
        entries = self._timeline.entries
        gone = [place for place, entry in enumerate(entries) if not self._folder.holds(entry.name)]
        self._timeline = self._timeline.without_first(max(gone, default=-1) + 1)
        store_timeline(self._memory, self._timeline)
        self._folder.put_playlist(write_playlist(self._timeline, target=self._target))
