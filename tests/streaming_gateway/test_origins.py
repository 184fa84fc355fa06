"""Origins in good and bad days: joined, followed, lost, and found again."""

import time

import pytest

from services.streaming_gateway.media.fetching import OriginFault, read_allowance
from services.streaming_gateway.media.loop import Clip
from services.streaming_gateway.media.origin import Origin
from services.streaming_gateway.media.origin_reader import OriginReader
from services.streaming_gateway.media.transport_stream import NotPlayable, require_playable
from tests.provision.processes import free_ports
from tests.streaming_gateway.origins import (
    LOOPBACK,
    LiveOrigin,
    brought,
    instead,
    refusal,
    until_new,
)


def test_a_good_origin_is_joined_with_three_segments_and_followed_one_by_one(
    reader: OriginReader, origin: LiveOrigin, clip: Clip
) -> None:
    first = brought(reader)
    assert [segment.content for segment in first] == [clip.files[number].read_bytes() for number in (0, 1, 2)]
    assert [segment.continues for segment in first] == [False, True, True]
    assert len(until_new(reader)) == 1
    assert max(origin.asked[path] for path in origin.asked if path.endswith(".ts")) == 1


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
