"""`https:` an origin that somebody else runs: read by a thread of its own, so that it can only ever be late."""

import threading
from collections import deque
from dataclasses import replace

from services.streaming_gateway.media.fetching import Allowance, OriginFault
from services.streaming_gateway.media.origin_reader import OriginReader
from services.streaming_gateway.media.source import Segment
from shared.log import log

WAITING = 8  # segments between the thread and the publisher


class Origin:
    """Looks four times per target duration; what it brings waits here until the publisher takes it."""

    def __init__(self, url: str, allowance: Allowance) -> None:
        self._reader = OriginReader(url, allowance)
        self._fresh: deque[Segment] = deque()
        self._reason = "the origin has not answered yet"
        self._stop = threading.Event()
        threading.Thread(target=self._look_until_closed, name="origin", daemon=True).start()

    @property
    def target(self) -> int:
        return self._reader.target

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

    def _look_until_closed(self) -> None:
        while not self._stop.wait(self._reader.target / 4):
            try:
                for segment in self._reader.look():
                    full = len(self._fresh) >= WAITING  # nobody takes them: join anew with this one
                    if full:
                        self._fresh.clear()
                    self._fresh.append(replace(segment, continues=segment.continues and not full))
                    self._reason = ""
            except OriginFault as fault:
                if str(fault) != self._reason:
                    log.warning("the origin brings nothing", reason=str(fault))
                self._reason = str(fault)
        self._reader.close()
