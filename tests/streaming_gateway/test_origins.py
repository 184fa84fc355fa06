"""Origins that refuse, hang, lie and attack: nothing hostile is asked for or published, and each one recovers."""

import time
import tracemalloc
from collections.abc import Iterator

import pytest

from services.streaming_gateway.media.fetching import OriginFault, read_allowance, require_url
from services.streaming_gateway.media.loop import Clip
from services.streaming_gateway.media.origin import Origin
from services.streaming_gateway.media.origin_reader import OriginReader
from services.streaming_gateway.media.source import Segment
from services.streaming_gateway.media.transport_stream import NotPlayable, require_playable
from tests.provision.processes import free_ports
from tests.streaming_gateway.clips import made_clips
from tests.streaming_gateway.origins import (
    LiveOrigin,
    break_off,
    drip,
    endless,
    hang,
    instead,
    live_origin,
    status,
)

LOOPBACK = read_allowance("127.0.0.1")
HEAD = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:5\n"
ONE = "#EXTINF:2.0,\na7.ts\n"


@pytest.fixture(scope="module")
def clip() -> Clip:
    return made_clips()[1]


@pytest.fixture
def origin(clip: Clip) -> Iterator[LiveOrigin]:
    with live_origin(clip) as served:
        yield served


@pytest.fixture
def reader(origin: LiveOrigin) -> Iterator[OriginReader]:
    made = OriginReader(origin.url, LOOPBACK)
    yield made
    made.close()


def brought(reader: OriginReader) -> list[Segment]:
    return list(reader.look())


def refusal(reader: OriginReader) -> str:
    with pytest.raises(OriginFault) as fault:
        brought(reader)
    return str(fault.value)


def until_new(reader: OriginReader) -> list[Segment]:
    """Look until the origin has something new."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if found := brought(reader):
                return found
        except OriginFault:
            pass
        time.sleep(0.1)
    raise AssertionError("the origin brought nothing")


def test_a_good_origin_is_joined_with_three_segments_and_followed_one_by_one(
    reader: OriginReader, origin: LiveOrigin, clip: Clip
) -> None:
    first = brought(reader)
    assert [segment.content for segment in first] == [clip.files[number].read_bytes() for number in (0, 1, 2)]
    assert [segment.continues for segment in first] == [False, True, True]
    assert len(until_new(reader)) == 1
    assert max(origin.asked[path] for path in origin.asked if path.endswith(".ts")) == 1


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


def test_a_segment_cut_short_is_refused(clip: Clip) -> None:
    whole = clip.files[0].read_bytes()
    require_playable(whole)
    for cut in (whole[:-1], whole[:1000], whole[1:], b"x" + whole):
        with pytest.raises(NotPlayable):
            require_playable(cut)


def test_one_bad_segment_is_passed_over_after_three_tries(reader: OriginReader, origin: LiveOrigin) -> None:
    brought(reader)
    bad = next(path for path in origin.asked if path.endswith(".ts")).replace("a0", "a3")
    origin.segment = lambda body, handler: b"bad" if handler.path == bad else body
    after = until_new(reader)
    assert not after[0].continues
    assert origin.asked[bad] == 3


def test_the_old_playlist_of_a_dead_origin_brings_nothing_back(
    reader: OriginReader, origin: LiveOrigin
) -> None:
    brought(reader)
    origin.playlist = instead(origin.live_playlist())
    until_still = time.monotonic() + 4.5
    while time.monotonic() < until_still:
        try:
            assert brought(reader) == []
        except OriginFault:
            pass
        time.sleep(0.25)
    assert "does not change" in refusal(reader)
    origin.playlist = None
    assert len(until_new(reader)) == 1  # the newest only: the delay does not grow with an outage


def test_an_encoder_that_begins_anew_is_joined_anew(reader: OriginReader, origin: LiveOrigin) -> None:
    brought(reader)
    origin.restart_numbering()
    assert not until_new(reader)[0].continues


def test_an_endlist_of_the_origin_ends_nothing(reader: OriginReader, origin: LiveOrigin) -> None:
    origin.playlist = lambda body, _: body + b"#EXT-X-ENDLIST\n"
    assert brought(reader)
    origin.playlist = None
    assert until_new(reader)


def test_a_multivariant_playlist_leads_to_its_best_variant_with_sound(
    origin: LiveOrigin, reader: OriginReader
) -> None:
    variants = (
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100\nlow.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=900\nhigh.m3u8\n"
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="x",URI="x.m3u8"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=9999,AUDIO="a"\napart.m3u8\n'
    )
    origin.playlist = lambda body, handler: variants.encode() if "index" in handler.path else body
    assert brought(reader)
    assert origin.asked["/live/high.m3u8"] == 1
    assert until_new(reader)
    assert origin.asked["/live/index.m3u8"] == 1


def test_an_origin_on_a_private_address_must_be_named(origin: LiveOrigin) -> None:
    with pytest.raises(OriginFault, match="https://"):
        list(OriginReader(origin.url, read_allowance("")).look())
    https = origin.url.replace("http:", "https:")
    with pytest.raises(OriginFault, match="private address"):
        list(OriginReader(https, read_allowance("10.0.0.0/8")).look())
    assert not origin.asked


def test_a_name_that_resolves_to_a_private_address_is_not_asked(origin: LiveOrigin) -> None:
    with pytest.raises(OriginFault, match="private address"):
        list(OriginReader(f"https://localhost:{origin.port}/live/index.m3u8", read_allowance("")).look())
    assert list(
        OriginReader(f"http://localhost:{origin.port}/live/index.m3u8", read_allowance("localhost")).look()
    )


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


def test_a_refused_connection_and_its_return_are_noticed_by_the_thread(clip: Clip) -> None:
    (port,) = free_ports(1)
    source = Origin(f"http://127.0.0.1:{port}/live/index.m3u8", LOOPBACK)
    deadline = time.monotonic() + 10
    while source.reason != "the origin refuses the connection" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert source.reason == "the origin refuses the connection"
    assert source.take(time.time()) == []
    served = LiveOrigin(clip, port)
    while not (taken := source.take(time.time())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert taken and source.reason == ""
    source.close()
    served.close()
