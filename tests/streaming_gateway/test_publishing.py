"""What a stage lists over time: numbers that never fall, a slate in time, and the programme as soon as it is back."""

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import m3u8
import pytest

from services.streaming_gateway.media.folder import StageFolder
from services.streaming_gateway.media.loop import Clip, Loop
from services.streaming_gateway.media.source import Segment
from services.streaming_gateway.media.stage_publisher import OVERDUE, StagePublisher
from services.streaming_gateway.media.timeline import first_timeline
from tests.streaming_gateway.clips import made_clips

START = 1_795_000_000.0
STEP = 0.25


@pytest.fixture(scope="module")
def clips() -> tuple[Clip, Clip]:
    return made_clips()


class Tap:
    """A source that can be turned off; what it would have brought meanwhile is lost, as with a dead origin."""

    reason = ""

    def __init__(self, clip: Clip) -> None:
        self._loop = Loop(clip)
        self.flows = True

    @property
    def target(self) -> int:
        return self._loop.target

    def take(self, wall: float) -> list[Segment]:
        taken = self._loop.take(wall)
        return taken if self.flows else []

    def close(self) -> None:
        """Nothing to close."""


@dataclass
class Viewer:
    """Reads the playlist after every step as a player does, and remembers what must never change its mind."""

    folder: Path
    sequence: int = 0
    discontinuities: int = 0
    names: dict[int, str] = field(default_factory=dict)
    playlists: int = 0

    def read(self) -> m3u8.M3U8 | None:
        file = self.folder / "index.m3u8"
        if not file.exists():
            return None
        listed = m3u8.loads(file.read_text())
        assert listed.media_sequence >= self.sequence, "the media sequence fell"
        assert listed.discontinuity_sequence >= self.discontinuities, "the discontinuity sequence fell"
        dates = [segment.current_program_date_time for segment in listed.segments]
        assert dates == sorted(dates), "media time went back"
        for number, segment in enumerate(listed.segments, start=listed.media_sequence):
            assert self.names.setdefault(number, segment.uri) == segment.uri, "a number was given twice"
            assert (self.folder / segment.uri).is_file(), "a listed segment cannot be read"
        self.sequence, self.discontinuities = listed.media_sequence, listed.discontinuity_sequence
        self.playlists += 1
        return listed


class Studio:
    """One stage with a clock of its own."""

    def __init__(self, folder: Path, clips: tuple[Clip, Clip]) -> None:
        self.folder, self.memory = folder / "stage", folder / "memory" / "stage.json"
        self.slate, self.programme = clips
        self.wall, self.steady = START, 100.0
        self.viewer = Viewer(self.folder)
        self.held = False
        self.start()

    def start(self) -> None:
        """A new process: whatever the old one had in mind is gone."""
        self.publisher = StagePublisher(
            StageFolder(self.folder), self.memory, lambda: self.slate, wall=self.wall, steady=self.steady
        )
        self.tap = Tap(self.programme)
        self.publisher.use(self.tap)

    def run(self, seconds: float) -> Iterator[m3u8.M3U8]:
        """Let time pass; yields what a viewer reads after every step."""
        for _ in range(round(seconds / STEP)):
            self.wall += STEP
            self.steady += STEP
            self.publisher.step(wall=self.wall, steady=self.steady, held=self.held)
            listed = self.viewer.read()
            if listed is not None:
                yield listed

    def pass_by(self, seconds: float) -> m3u8.M3U8:
        return list(self.run(seconds))[-1]


@pytest.fixture
def studio(tmp_path: Path, clips: tuple[Clip, Clip]) -> Studio:
    return Studio(tmp_path, clips)


def last_number(listed: m3u8.M3U8) -> int:
    return int(listed.media_sequence) + len(listed.segments)


def test_the_loop_is_listed_as_fast_as_time_passes_and_breaks_once_a_round(studio: Studio) -> None:
    first = studio.pass_by(10)
    later = studio.pass_by(120)
    assert last_number(later) - last_number(first) == 60
    assert (
        later.discontinuity_sequence
        + sum(each.discontinuity for each in later.segments)
        - (first.discontinuity_sequence + sum(each.discontinuity for each in first.segments))
        == 2
    )  # two rounds of a minute
    assert studio.publisher.showing == "programme"


def test_two_processes_compute_the_same_present(tmp_path: Path, clips: tuple[Clip, Clip]) -> None:
    one, other = Studio(tmp_path / "one", clips), Studio(tmp_path / "other", clips)
    uris = [[segment.uri for segment in studio.pass_by(30).segments] for studio in (one, other)]
    assert uris[0] == uris[1]


def test_the_slate_comes_in_time_and_the_programme_returns_with_one_break_each(studio: Studio) -> None:
    studio.pass_by(20)
    studio.tap.flows = False
    waited = 0.0
    for _ in studio.run(10):
        waited += STEP
        if studio.publisher.showing == "slate":
            break
    assert OVERDUE * 2 - 2 <= waited <= OVERDUE * 2 + STEP
    breaks_before = _breaks(studio.pass_by(2.5))
    studio.pass_by(30)
    on_slate = studio.pass_by(2)
    assert _breaks(on_slate) - breaks_before <= 1
    studio.tap.flows = True
    back = studio.pass_by(4)
    assert studio.publisher.showing == "programme"
    assert _breaks(back) - _breaks(on_slate) <= 2


def test_the_slate_keeps_the_pace_of_the_programme(studio: Studio) -> None:
    before = studio.pass_by(20)
    studio.tap.flows = False
    after = studio.pass_by(60)
    assert 29 <= last_number(after) - last_number(before) <= 30


def test_holding_shows_the_slate_within_a_segment_and_going_on_ends_it(studio: Studio) -> None:
    studio.pass_by(20)
    studio.held = True
    studio.pass_by(2.5)
    assert studio.publisher.showing == "slate"
    studio.pass_by(60)
    studio.held = False
    studio.pass_by(2.5)
    assert studio.publisher.showing == "programme"


def test_without_a_source_a_new_stage_shows_the_slate_at_once(
    tmp_path: Path, clips: tuple[Clip, Clip]
) -> None:
    studio = Studio(tmp_path, clips)
    studio.publisher.use(None)
    listed = studio.pass_by(STEP)
    assert len(listed.segments) == 3
    assert studio.publisher.showing == "slate"


def test_only_an_ended_stage_says_that_it_is_over(studio: Studio) -> None:
    assert not studio.pass_by(20).is_endlist
    studio.tap.flows = False
    assert not studio.pass_by(60).is_endlist
    studio.publisher.end()
    listed = studio.viewer.read()
    assert listed is not None and listed.is_endlist
    studio.start()
    assert not studio.pass_by(4).is_endlist  # it was opened again, and its numbers go on


def test_what_leaves_the_list_stays_readable_for_a_while_and_then_goes(studio: Studio) -> None:
    first = {segment.uri for segment in studio.pass_by(20).segments}
    studio.tap.flows = False
    studio.pass_by(24)
    assert all((studio.folder / uri).exists() for uri in first)
    studio.pass_by(60)
    assert not any((studio.folder / uri).exists() for uri in first)


def test_a_process_that_slept_goes_on_without_making_up_for_it(studio: Studio) -> None:
    before = studio.pass_by(20)
    studio.wall += 3600
    studio.steady += 3600
    after = studio.pass_by(10)
    assert last_number(after) - last_number(before) < 12


def test_numbers_never_fall_over_fifty_random_restarts_and_faults(studio: Studio) -> None:
    chance = random.Random(20261126)
    for _ in range(50):
        match chance.choice(
            ["kill", "kill", "silence", "wipe media", "clock back", "clock on", "hold", "sleep"]
        ):
            case "kill":
                studio.steady += chance.uniform(0.5, 30)
                studio.wall += chance.uniform(0.5, 30)
                studio.start()
            case "silence":
                studio.tap.flows = not studio.tap.flows
            case "wipe media":
                shutil.rmtree(studio.folder)
            case "clock back":
                studio.wall -= 3600
            case "clock on":
                studio.wall += 3600
            case "hold":
                studio.held = not studio.held
            case "sleep":
                studio.steady += 120
                studio.wall += 120
        list(studio.run(chance.uniform(0.5, 12)))
    assert studio.viewer.playlists > 500


def test_a_lost_memory_starts_above_every_number_that_was_given(studio: Studio) -> None:
    studio.pass_by(300)
    studio.memory.unlink()
    studio.start()
    studio.pass_by(10)  # the viewer checks that nothing fell


def test_numbers_from_the_clock_stay_small_enough_for_players_for_years() -> None:
    """hls.js walks through all discontinuity numbers at every reload: a hundred million cost it half a second."""
    in_ten_years = START + 10 * 365 * 86400
    assert first_timeline(in_ten_years).discontinuities < 12_000_000
    assert first_timeline(in_ten_years).sequence < 2**53
    assert first_timeline(0.0) == first_timeline(START - 10**9)


def test_a_broken_memory_is_no_reason_to_stop(studio: Studio) -> None:
    studio.pass_by(60)
    for broken in ("", "{}", "[1]", '{"sequence": 1, "discontinuities": 1, "entries": [{"name": 1}]}'):
        studio.memory.write_text(broken)
        studio.start()
        assert studio.pass_by(4).segments


def _breaks(listed: m3u8.M3U8) -> int:
    return int(listed.discontinuity_sequence) + sum(each.discontinuity for each in listed.segments)
