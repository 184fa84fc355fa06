"""Clips are made once, however many processes want them at the same time."""

from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread

import pytest
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


@pytest.mark.parametrize(
    ("playlist", "segment"),
    [
        ("#EXTM3U\n", None),
        ("#EXTM3U\n#EXTINF:2.0,\n000.ts\n", b"G" * 188),
        ("#EXTM3U\n#EXTINF:2.0,\n000.ts\n#EXT-X-ENDLIST\n", None),
        ("#EXTM3U\n#EXTINF:2.0,\n000.ts\n#EXT-X-ENDLIST\n", b""),
        ("#EXTM3U\n#EXTINF:2.0,\n000.ts\n#EXT-X-ENDLIST\n", b"G" * 187),
    ],
)
def test_a_clip_that_a_full_disk_cut_short_is_made_anew(
    tmp_path: Path, playlist: str, segment: bytes | None
) -> None:
    folder = tmp_path / "clip"
    folder.mkdir()
    (folder / "index.m3u8").write_text(playlist)
    if segment is not None:
        (folder / "000.ts").write_bytes(segment)
    assert read_clip(folder) is None
    make_clip(folder, [pictures.slate()] * 2 * pictures.RATE, SLATE_SOUND)
    clip = read_clip(folder)
    assert clip is not None and clip.length == 2.0
