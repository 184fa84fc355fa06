"""One look at an origin: its playlist, and the segments in it that nobody has seen yet."""

import time
from collections import deque
from collections.abc import Iterator

from services.streaming_gateway.media.fetching import Allowance, Fetcher, OriginFault, require_url
from services.streaming_gateway.media.origin_playlist import (
    MOST_BYTES,
    Listed,
    Listing,
    find_variant,
    read_listing,
)
from services.streaming_gateway.media.source import Segment
from services.streaming_gateway.media.transport_stream import NotPlayable, require_playable

MOST_SEGMENT_BYTES = 32 * 1024 * 1024
JOIN_WITH = 6
PLAYLIST_SECONDS = 2.0
OUTAGE = 1.75  # target durations; by then the slate has taken over
TRIES = 3
REMEMBERED = 200
MOST_FAILING = 50
FIRST_TARGET = 2
DAY = 86400.0


class OriginReader:
    """Remembers what it has seen: a dead origin whose old playlist still answers must not be taken for a living one."""

    def __init__(self, url: str, allowance: Allowance) -> None:
        self._url = url
        self._allowance = allowance
        self._fetcher = Fetcher(url, allowance)
        self._media_url: str | None = None
        self._seen: deque[tuple[int, str]] = deque(maxlen=REMEMBERED)
        self._failed: dict[str, int] = {}
        self._last_number: int | None = None
        self._brought_at: float | None = None
        self.target = FIRST_TARGET

    def look(self) -> Iterator[Segment]:
        """What is new, oldest first, each as soon as it is here. Raises OriginFault."""
        try:
            listing = self._listing()
        except OriginFault:
            self._media_url = None
            raise
        self.target = listing.target
        new = self._new_of(listing)
        if not new and self._is_out():
            raise OriginFault("the origin's playlist does not change")
        yield from map(self._bring, new)

    def close(self) -> None:
        self._fetcher.close()

    def _listing(self) -> Listing:
        require_url(self._url, self._allowance)
        url = self._media_url or self._url
        body = self._fetcher.get(url, most=MOST_BYTES, seconds=PLAYLIST_SECONDS)
        if self._media_url is None:
            url = find_variant(body, url) or url
            if url != self._url:
                body = self._fetcher.get(url, most=MOST_BYTES, seconds=PLAYLIST_SECONDS)
            self._media_url = url
        return read_listing(body, url)

    def _new_of(self, listing: Listing) -> list[Listed]:
        """The segments at the end that were never seen; after an outage only the newest, or delay would grow."""
        new: list[Listed] = []
        for segment in reversed(listing.segments):
            if (segment.number, segment.url) in self._seen:
                break
            new.insert(0, segment)
        if self._brought_at is None:
            return new[-JOIN_WITH:]
        return new[-1:] if self._is_out() else new

    def _is_out(self) -> bool:
        return self._brought_at is None or time.monotonic() - self._brought_at > OUTAGE * self.target

    def _bring(self, listed: Listed) -> Segment:
        try:
            seconds = max(4.0, 1.5 * self.target)
            content = self._fetcher.get(listed.url, most=MOST_SEGMENT_BYTES, seconds=seconds)
            require_playable(content)
        except (OriginFault, NotPlayable) as fault:
            self._count_failure(listed)
            raise OriginFault(str(fault)) from fault
        self._seen.append((listed.number, listed.url))
        self._failed.pop(listed.url, None)
        continues = self._last_number is not None and listed.number == self._last_number + 1
        self._last_number, self._brought_at = listed.number, time.monotonic()
        return Segment(
            content=content,
            duration=listed.duration,
            at=_plausible(listed.at, listed.duration),
            continues=continues and not listed.discontinuity,
        )

    def _count_failure(self, listed: Listed) -> None:
        """A segment that fails again and again is passed over; the next one may be good."""
        tries = self._failed[listed.url] = self._failed.get(listed.url, 0) + 1
        if tries >= TRIES:
            self._seen.append((listed.number, listed.url))
            del self._failed[listed.url]
        if len(self._failed) > MOST_FAILING:
            self._failed.clear()


def _plausible(at: float | None, duration: float) -> float:
    """The origin's own time of a segment, unless it is off by more than a day."""
    now = time.time()
    return at if at is not None and abs(at - now) < DAY else now - duration
