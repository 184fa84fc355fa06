"""Origins that lie and attack: nothing hostile is asked for or published, and each one recovers."""

import time
import tracemalloc

import pytest

from services.streaming_gateway.media.fetching import OriginFault, require_url
from services.streaming_gateway.media.origin_reader import OriginReader
from tests.streaming_gateway.origins import (
    LOOPBACK,
    LiveOrigin,
    break_off,
    drip,
    endless,
    hang,
    instead,
    refusal,
    status,
    until_new,
)

HEAD = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:5\n"
ONE = "#EXTINF:2.0,\na7.ts\n"


PLAYLISTS = {
    "an error page": b"<html><body>Not here</body></html>",
    "nothing": b"",
    "no header": ONE.encode(),
    "a BOM": b"\xef\xbb\xbf" + (HEAD + ONE).encode(),
    "not text": b"#EXTM3U\n" + bytes(range(256)),
    "cut off": (HEAD + "#EXTINF:2.0,").encode(),
    "no target": ("#EXTM3U\n" + ONE).encode(),
    "a target of a day": (HEAD.replace(":2", ":86400") + ONE).encode(),
    "a target that is text": (HEAD.replace(":2", ":soon") + ONE).encode(),
    "a duration that is text": (HEAD + ONE.replace("2.0", "soon")).encode(),
    "a duration that is no number": (HEAD + ONE.replace("2.0", "nan")).encode(),
    "an infinite duration": (HEAD + ONE.replace("2.0", "inf")).encode(),
    "a negative duration": (HEAD + ONE.replace("2.0", "-2.0")).encode(),
    "nine target durations": (HEAD + ONE.replace("2.0", "18.0")).encode(),
    "a sequence that is text": (HEAD.replace(":5", ":five") + ONE).encode(),
    "a negative sequence": (HEAD.replace(":5", ":-5") + ONE).encode(),
    "a sequence of 26 digits": (HEAD.replace(":5", ":" + "9" * 26) + ONE).encode(),
    "encrypted segments": (HEAD + '#EXT-X-KEY:METHOD=AES-128,URI="k"\n' + ONE).encode(),
    "fragmented MP4": (HEAD + '#EXT-X-MAP:URI="init.mp4"\n' + ONE).encode(),
    "parts of files": (HEAD + "#EXT-X-BYTERANGE:1000@0\n" + ONE).encode(),
    "12 MB of segments": (HEAD + ONE * 600_000).encode(),
}


@pytest.mark.parametrize("name", PLAYLISTS)
def test_a_playlist_that_cannot_be_trusted_is_refused_with_a_reason_and_then_recovers(
    reader: OriginReader, origin: LiveOrigin, name: str
) -> None:
    origin.playlist = instead(PLAYLISTS[name])
    assert "origin" in refusal(reader)
    assert not any(path.endswith(".ts") for path in origin.asked)
    origin.playlist = None
    assert until_new(reader)


ADDRESSES = (
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:video/mp2t,x",
    "http://169.254.169.254/latest/meta-data.ts",
    "http://127.0.0.1:1/other-port.ts",
    "https://127.0.0.1/other-scheme.ts",
    "//elsewhere.example/a.ts",
    "http://user:secret@127.0.0.1/a.ts",
    "../outside.ts",
    "%2e%2e/outside.ts",
    "a/%252e%252e/outside.ts",
    "a b.ts",
    "a\\b.ts",
    "a\x00b.ts",
    "x" * 3000 + ".ts",
    "http://[::1",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_leads_elsewhere_is_never_asked_for(
    reader: OriginReader, origin: LiveOrigin, address: str
) -> None:
    origin.playlist = instead((HEAD + ONE.replace("a7.ts", address)).encode())
    assert "address" in refusal(reader)
    assert set(origin.asked) == {"/live/index.m3u8"}


ANSWERS = {
    "404": (status(404), "answers 404"),
    "500": (status(500), "answers 500"),
    "a redirect to a private address": (status(302, Location="http://169.254.169.254/"), "answers 302"),
    "a redirect to a file": (status(302, Location="file:///etc/passwd"), "answers 302"),
    "half of it": (break_off, "broke off"),
}


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("what", ["playlist", "segment"])
def test_an_answer_that_is_none_is_named_and_then_recovers(
    reader: OriginReader, origin: LiveOrigin, name: str, what: str
) -> None:
    answer, reason = ANSWERS[name]
    setattr(origin, what, answer)
    assert reason in refusal(reader)
    setattr(origin, what, None)
    assert until_new(reader)


@pytest.mark.parametrize(("answer", "reason"), [(hang, "in time"), (drip, "slow")], ids=["hangs", "drips"])
def test_an_origin_that_takes_its_time_is_given_up_within_seconds(
    reader: OriginReader, origin: LiveOrigin, answer: object, reason: str
) -> None:
    origin.playlist = answer  # type: ignore[assignment]
    began = time.monotonic()
    assert reason in refusal(reader)
    assert time.monotonic() - began < 5


def test_an_endless_segment_is_cut_off_before_it_fills_the_memory(
    reader: OriginReader, origin: LiveOrigin
) -> None:
    origin.segment = endless
    tracemalloc.start()
    assert "more than" in refusal(reader)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3 * 32 * 1024 * 1024


SEGMENTS = {
    "text": b"hello",
    "an error page": b"<html>" * 1000,
    "nothing": b"",
    "zeroes": bytes(188 * 50),
    "packets without tables": (b"\x47\x1f\xff\x10" + bytes(184)) * 50,
}


@pytest.mark.parametrize("name", SEGMENTS)
def test_a_segment_that_is_no_picture_is_never_published(
    reader: OriginReader, origin: LiveOrigin, name: str
) -> None:
    origin.segment = instead(SEGMENTS[name])
    assert "segment" in refusal(reader)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "index.m3u8",
        "ftp://a.example/x.m3u8",
        "file:///x.m3u8",
        "https://",
        "https://u:p@a.example/x",
        "https://a.example/x#y",
        "https://a.example/x y",
        "https://a.example:99999/x",
        "https://[::1/x",
        "https://a.example/\n",
    ],
)
def test_an_address_that_no_origin_can_have_is_refused(url: str) -> None:
    with pytest.raises(OriginFault):
        require_url(url, LOOPBACK)
