"""`https:` an origin that somebody else runs: polled by a thread of its own, so that it can only ever be late."""

import threading
import time
from collections import deque

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
from shared.log import log

MOST_SEGMENT_BYTES = 32 * 1024 * 1024
JOIN_WITH = 3
WAITING = 4  # segments between the thread and the publisher; the oldest goes when nobody takes them
POLL_SECONDS = 2.0
OUTAGE = 1.75
TRIES = 3
MOST_FAILING = 50
FIRST_TARGET = 2
DAY = 86400.0


class Origin:
    """Remembers what it has seen: a dead origin whose old playlist still answers must not be taken for a living one."""

    def __init__(self, url: str, allowance: Allowance) -> None:
        self._url = url
        self._media_url: str | None = None
        self._allowance = allowance
        self._fetcher = Fetcher(url, allowance)
        self._seen: deque[tuple[int, str]] = deque(maxlen=200)
        self._failed: dict[str, int] = {}
        self._brought_at: float | None = None
        self._last_number: int | None = None
        self._fresh: deque[Segment] = deque(maxlen=WAITING)
        self._target = FIRST_TARGET
        self._reason = "the origin has not answered yet"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._poll_until_closed, name="origin", daemon=True)
        self._thread.start()

    @property
    def target(self) -> int:
        return self._target

    @property
    def reason(self) -> str:
        return self._reason

    def take(self, wall: float) -> list[Segment]:
        taken = []
        while self._fresh:
            taken.append(self._fresh.popleft())
        return taken

    def close(self) -> None:
        """Ends the thread after its present request."""
        self._stop.set()

    def _poll_until_closed(self) -> None:
        while not self._stop.wait(self._target / 4):
            try:
                self._poll()
            except (OriginFault, NotPlayable) as error:
                self._media_url = None
                if str(error) != self._reason:
                    log.warning("the origin brings nothing", reason=str(error))
                self._reason = str(error)
        self._fetcher.close()

    def _poll(self) -> None:
        """One look at the playlist, and the segments that are new in it. Raises OriginFault or NotPlayable."""
        listing = self._listing()
        self._target = listing.target
        new = self._new_of(listing)
        if not new and self._is_out():
            raise OriginFault("the origin's playlist does not change")
        for segment in new:
            self._bring(segment)

    def _listing(self) -> Listing:
        require_url(self._url, self._allowance)
        url = self._media_url or self._url
        body = self._fetcher.get(url, most=MOST_BYTES, seconds=POLL_SECONDS)
        if self._media_url is None:
            url = find_variant(body, url) or url
            if url != self._url:
                body = self._fetcher.get(url, most=MOST_BYTES, seconds=POLL_SECONDS)
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
        """Whether it is so long since the last good segment that the slate has taken over."""
        return self._brought_at is None or time.monotonic() - self._brought_at > OUTAGE * self._target

    def _bring(self, listed: Listed) -> None:
        try:
            content = self._fetcher.get(
                listed.url, most=MOST_SEGMENT_BYTES, seconds=max(4.0, 1.5 * self._target)
            )
            require_playable(content)
        except (OriginFault, NotPlayable):
            self._count_failure(listed)
            raise
        self._seen.append((listed.number, listed.url))
        self._failed.pop(listed.url, None)
        continues = self._last_number is not None and listed.number == self._last_number + 1
        self._fresh.append(
            Segment(
                content=content,
                duration=listed.duration,
                at=_plausible(listed.at, listed.duration),
                continues=continues and not listed.discontinuity and len(self._fresh) < WAITING,
            )
        )
        self._last_number, self._brought_at, self._reason = listed.number, time.monotonic(), ""

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
