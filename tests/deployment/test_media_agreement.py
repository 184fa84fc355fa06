"""nginx and the gateway's own server answer every question about media alike."""

import http.client
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from werkzeug.test import Client

from services.streaming_gateway.media import serving
from services.streaming_gateway.media.addresses import audience_of, playlist_path
from tests.provision.nginx import nginx

SECRET = "a secret of this test"
STAGE = UUID("018f3c00-0000-7000-8000-000000000001")
DAY, OTHER = UUID(int=7), UUID(int=8)
COMPARED = ("content-type", "content-length", "cache-control", "access-control-allow-origin", "content-range")


def gated(*, day: UUID = DAY, secret: str = SECRET, later: float = 0.0) -> str:
    audience = audience_of(day, attend="registered")
    path = playlist_path(audience, STAGE, secret=secret, now=time.time() + later)
    return path.removesuffix("index.m3u8")


def swapped(path: str) -> str:
    """The signature of one audience before the folder of another."""
    return path.replace(DAY.hex, OTHER.hex)


OPEN = f"/live/media/public/{STAGE}/"
PATHS = {
    "playlist": f"{OPEN}index.m3u8",
    "segment": f"{OPEN}a_1-b.ts",
    "gated playlist": f"{gated()}index.m3u8",
    "gated segment": f"{gated()}a_1-b.ts",
    "gated but missing": f"{gated()}none.ts",
    "missing": f"{OPEN}none.ts",
    "missing stage": f"/live/media/public/{UUID(int=3)}/index.m3u8",
    "no signature": f"/live/media/day-{DAY.hex}/{STAGE}/index.m3u8",
    "forged": f"{gated(secret='another')}index.m3u8",
    "other audience": swapped(f"{gated()}index.m3u8"),
    "expired": f"{gated(later=-3600)}index.m3u8",
    "too short": f"/live/media/t/abc/9999999999/day-{DAY.hex}/{STAGE}/index.m3u8",
    "other file": f"{OPEN}notes.txt",
    "draft": f"{OPEN}.index.m3u8.1.part",
    "folder": OPEN,
    "capital stage": f"/live/media/public/{str(STAGE).upper()}/index.m3u8",
    "nothing": "/live/media/",
    "no audience": f"/live/media/{STAGE}/index.m3u8",
}
ASKED = [
    ("GET", {}),
    ("HEAD", {}),
    ("POST", {}),
    ("GET", {"Range": "bytes=3-9"}),
    ("GET", {"Range": "bytes=9999-"}),
]


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("agreement")
    for audience in ("public", f"day-{DAY.hex}", f"day-{OTHER.hex}"):
        stage = folder / "media" / audience / str(STAGE)
        stage.mkdir(parents=True)
        (stage / "index.m3u8").write_text("#EXTM3U\n#EXT-X-VERSION:6\n")
        (stage / "a_1-b.ts").write_bytes(b"G" * 376)
        (stage / "notes.txt").write_text("notes")
        (stage / ".index.m3u8.1.part").write_text("half")
    return folder


@pytest.fixture(scope="module")
def base(media: Path) -> Iterator[str]:
    with nginx(media, {"PLENARY_MEDIA_SECRET": SECRET}) as started:
        yield started


def without_application(_environ, start_response):
    start_response("299 Not media", [])
    return [b""]


@pytest.mark.parametrize("what", PATHS)
@pytest.mark.parametrize(("method", "headers"), ASKED)
def test_both_give_the_same_answer(media: Path, base: str, what: str, method: str, headers) -> None:
    client = Client(serving.before(without_application, media=media / "media", secret=SECRET))
    path = PATHS[what]
    own = client.open(path, method=method, headers=headers, buffered=True)
    connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=10)
    connection.request(method, path, headers=headers)
    other = connection.getresponse()
    body = other.read()
    connection.close()
    assert other.status == own.status_code
    if own.status_code < 300:
        assert body == own.data
        for name in COMPARED:
            assert other.headers.get(name) == own.headers.get(name), name
    else:
        assert "no-store" in own.headers["cache-control"]
        assert "no-store" in ", ".join(other.headers.get_all("cache-control", []))
        assert (
            other.headers["access-control-allow-origin"] == own.headers["access-control-allow-origin"] == "*"
        )
        assert other.headers.get("allow") == own.headers.get("allow")
