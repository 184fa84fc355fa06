"""Clips are made once, however many processes want them at the same time."""

from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread

from PIL import Image

from services.streaming_gateway.media import pictures
from services.streaming_gateway.media.clips import SLATE_SOUND, make_clip
from services.streaming_gateway.media.loop import read_clip


def test_two_that_want_the_same_clip_get_one(tmp_path: Path) -> None:
    made: list[int] = []
    together = Barrier(2)

    def frames() -> Iterator[Image.Image]:
        made.append(1)
        yield from [pictures.slate()] * 2 * pictures.RATE

    def make() -> None:
        together.wait()
        make_clip(tmp_path / "clip", frames(), SLATE_SOUND)

    makers = [Thread(target=make) for _ in range(2)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert len(made) == 1
    assert read_clip(tmp_path / "clip") is not None
    assert {path.name for path in tmp_path.iterdir()} == {"clip", "clip.lock"}
