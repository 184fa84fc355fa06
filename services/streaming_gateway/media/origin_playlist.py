"""Reading an origin's playlist with mistrust: m3u8 parses it, and everything it says is checked."""

import math
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import m3u8

from services.streaming_gateway.media.fetching import OriginFault

MOST_BYTES = 256 * 1024
LONGEST = 12  # seconds of a target duration
LARGEST_NUMBER = 2**53
LOOKED_AT = 10  # segments at the end; nobody joins a live stream further back


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A segment as the origin lists it. `at` is its Unix time, or None where the origin does not say."""

    number: int
    url: str
    duration: float
    at: float | None
    discontinuity: bool


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The end of an origin's media playlist; `target` is in seconds."""

    target: int
    segments: tuple[Listed, ...]


def find_variant(body: bytes, url: str) -> str | None:
    """Where a multivariant playlist leads: its best variant with sound in it; None for a media playlist.

    Raises OriginFault.
    """
    parsed = _parse(body)
    if not parsed.is_variant:
        return None
    whole = [each for each in parsed.playlists if not each.stream_info.audio and each.uri]
    if not whole:
        raise OriginFault("every variant of the origin has its sound apart")
    best = max(whole, key=lambda each: each.stream_info.bandwidth or 0)
    return _absolute(str(best.uri), url)


def read_listing(body: bytes, url: str) -> Listing:
    """The newest segments of a media playlist; raises OriginFault for whatever a viewer must not be given."""
    parsed = _parse(body)
    target, first = parsed.target_duration, parsed.media_sequence or 0
    if not isinstance(target, int | float) or not 1 <= target <= LONGEST:
        raise OriginFault("the origin's playlist has no usable target duration")
    if not isinstance(first, int) or not 0 <= first < LARGEST_NUMBER:
        raise OriginFault("the origin's playlist has no usable media sequence")
    start = max(0, len(parsed.segments) - LOOKED_AT)
    segments = [
        _listed(segment, first + start + place, math.ceil(target), url)
        for place, segment in enumerate(parsed.segments[start:])
    ]
    if not segments:
        raise OriginFault("the origin's playlist lists no segment")
    return Listing(target=math.ceil(target), segments=tuple(segments))


def _parse(body: bytes) -> Any:
    if not body.startswith(b"#EXTM3U"):
        raise OriginFault("the origin's answer is no HLS playlist")
    try:
        return m3u8.loads(body.decode("utf-8"))
    # m3u8 lets the errors of whatever conversion failed through.
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, OverflowError) as error:
        raise OriginFault("the origin's playlist cannot be read") from error


def _listed(segment: Any, number: int, target: int, url: str) -> Listed:
    duration = segment.duration
    if (
        not isinstance(duration, int | float)
        or not math.isfinite(duration)
        or not 0.1 <= duration <= target + 1
    ):
        raise OriginFault("a segment of the origin has no usable duration")
    if any(key is not None and key.method not in (None, "NONE") for key in [segment.key]):
        raise OriginFault("the origin's segments are encrypted")
    if segment.init_section is not None:
        raise OriginFault("the origin sends fragmented MP4; set it to MPEG-TS segments")
    if segment.byterange:
        raise OriginFault("the origin lists parts of files; set it to one file per segment")
    moment = segment.current_program_date_time
    return Listed(
        number=number,
        url=_absolute(str(segment.uri or ""), url),
        duration=float(duration),
        at=moment.timestamp() if moment is not None and moment.tzinfo is not None else None,
        discontinuity=bool(segment.discontinuity),
    )


def _absolute(uri: str, base: str) -> str:
    """The whole address of a listed one; raises OriginFault unless it stays on the origin."""
    if not uri or len(uri) > 2000 or not uri.isprintable() or any(mark in uri for mark in ' \\"'):
        raise OriginFault("the origin lists an address that is none")
    if ".." in unquote(unquote(uri)).split("?")[0].split("/"):
        raise OriginFault("the origin lists an address outside its folder")
    try:
        found = urljoin(base, uri)
        here, there = urlsplit(base), urlsplit(found)
        same = (here.scheme, here.hostname, here.port) == (there.scheme, there.hostname, there.port)
    except ValueError as error:
        raise OriginFault("the origin lists an address that is none") from error
    if not same or there.username is not None:
        raise OriginFault("the origin lists an address on another host")
    return found
