"""Media over HTTP: who gets which file, with which headers; the same questions go to nginx in tests/deployment."""

import re
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import Client, TestResponse

from services.streaming_gateway.media import serving
from services.streaming_gateway.media.addresses import audience_of, playlist_path

SECRET = "a secret of this test"
STAGE = UUID("018f3c00-0000-7000-8000-000000000001")
DAY, OTHER_DAY = UUID(int=7), UUID(int=8)
SEGMENT = f"{'ab' * 16}.ts"
OPEN = f"/live/media/public/{STAGE}/"


class Closing(Client):
    """Closes what it was given, as servers do."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return super().open(*args, buffered=True, **kwargs)


@pytest.fixture
def media(tmp_path: Path) -> Path:
    for audience in ("public", audience_of(DAY, attend="registered")):
        folder = tmp_path / "media" / audience / str(STAGE)
        folder.mkdir(parents=True)
        (folder / "index.m3u8").write_bytes(b"#EXTM3U\n" + audience.encode())
        (folder / SEGMENT).write_bytes(bytes(range(256)) * 40)
    (tmp_path / "outside.ts").write_bytes(b"secret")
    return tmp_path / "media"


@pytest.fixture
def client(media: Path) -> Client:
    def flask(_environ, start_response):
        start_response("299 Flask", [])
        return [b"flask"]

    return Closing(serving.before(flask, media=media, secret=SECRET))


def gated(day: UUID = DAY, at: float | None = None, secret: str = SECRET) -> str:
    """The folder of a closed stage as its playlist's address gives it."""
    now = time.time() if at is None else at
    path = playlist_path(audience_of(day, attend="registered"), STAGE, secret=secret, now=now)
    return path.removesuffix("index.m3u8")


def test_public_media_has_the_headers_of_its_kind(client: Client) -> None:
    playlist, segment = client.get(OPEN + "index.m3u8"), client.get(OPEN + SEGMENT)
    assert playlist.data == b"#EXTM3U\npublic"
    assert segment.data == bytes(range(256)) * 40
    assert playlist.headers["Content-Type"] == "application/vnd.apple.mpegurl"
    assert segment.headers["Content-Type"] == "video/mp2t"
    assert playlist.headers["Cache-Control"] == "public, max-age=1"
    assert segment.headers["Cache-Control"] == "public, max-age=3600, immutable"
    for answer in (playlist, segment):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_what_a_player_has_is_not_sent_again(client: Client) -> None:
    tag = client.get(OPEN + SEGMENT).headers["ETag"]
    again = client.get(OPEN + SEGMENT, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    head = client.head(OPEN + SEGMENT)
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", "10240")


@pytest.mark.parametrize(
    ("asked", "status", "size", "span"),
    [
        ("bytes=0-99", 206, 100, "bytes 0-99/10240"),
        ("bytes=10000-", 206, 240, "bytes 10000-10239/10240"),
        ("bytes=-10", 206, 10, "bytes 10230-10239/10240"),
        ("bytes=0-999999", 200, 10240, None),
        ("bytes=20000-", 416, None, "bytes */10240"),
        ("bytes=-0", 416, None, "bytes */10240"),
        ("bytes=1-2,4-5", 200, 10240, None),
        ("bytes=²-", 200, 10240, None),
        ("lines=1-2", 200, 10240, None),
        ("bytes=" + "9" * 400 + "-", 200, 10240, None),
    ],
)
def test_ranges(client: Client, asked: str, status: int, size: int | None, span: str | None) -> None:
    answer = client.get(OPEN + SEGMENT, headers={"Range": asked})
    assert answer.status_code == status
    assert answer.headers.get("Content-Range") == span
    if size is not None:
        assert len(answer.data) == size


@pytest.mark.parametrize(
    "path",
    [
        f"{OPEN}../{STAGE}/index.m3u8",
        "/live/media/public/../../outside.ts",
        f"/live/media/public/{STAGE}/..%2f..%2foutside.ts",
        f"/live/media/public/{STAGE}/..%2f..%2f..%2foutside.ts",
        f"{OPEN}%00.ts",
        f"{OPEN}{'x' * 5000}.ts",
        f"{OPEN}.hidden.ts",
        f"{OPEN}index.json",
        f"{OPEN}nothing.ts",
        f"/live/media/public/{UUID(int=3)}/index.m3u8",
        "/live/media/",
        "/live/media/public/",
        f"/live/media/elsewhere/{STAGE}/index.m3u8",
    ],
)
def test_no_path_leads_outside_or_to_what_is_not_there(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


def test_everything_else_is_for_flask(client: Client) -> None:
    assert client.get("/live/conference/").status_code == 299


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_media_is_only_read(client: Client, method: str) -> None:
    answer = client.open(OPEN + "index.m3u8", method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_a_closed_stage_plays_through_its_signed_folder_without_cookie_or_header(client: Client) -> None:
    playlist, segment = client.get(gated() + "index.m3u8"), client.get(gated() + SEGMENT)
    assert (playlist.status_code, segment.status_code) == (200, 200)
    assert playlist.headers["Cache-Control"] == "private, max-age=1"
    assert segment.headers["Cache-Control"] == "private, max-age=3600, immutable"


@pytest.mark.parametrize("name", ["index.m3u8", SEGMENT])
def test_strangers_get_neither_playlist_nor_segment_of_a_closed_stage(client: Client, name: str) -> None:
    day = audience_of(DAY, attend="registered")
    assert client.get(f"/live/media/{day}/{STAGE}/{name}").status_code == 403
    assert client.get(gated(secret="guessed") + name).status_code == 403
    assert client.get(gated(OTHER_DAY).replace(OTHER_DAY.hex, DAY.hex) + name).status_code == 403
    assert client.get(gated(at=time.time() - 1000) + name).status_code == 410
    late = re.sub(r"/\d{10,}/", f"/{int(time.time()) + 9999}/", gated())
    assert client.get(late + name).status_code == 403
    assert client.get(gated(OTHER_DAY) + name).status_code == 404


def test_without_a_secret_nothing_is_open(media: Path) -> None:
    closed = Closing(serving.before(lambda *_: [], media=media, secret=""))
    assert closed.get(gated(secret="") + "index.m3u8").status_code == 403


def test_every_link_is_good_for_ten_to_fifteen_minutes_and_the_same_for_all(client: Client) -> None:
    now = time.time()
    links = {gated(at=now + second * 10) for second in range(30)}
    assert len(links) <= 2  # five minutes share one link, so caches share one entry
    for link in links:
        left = int(link.split("/")[5]) - now
        assert 600 <= left <= 1200
