"""How many pages watch a stage now: counted from their heartbeats, in memory, without knowing whose they are."""

import threading
from collections.abc import Hashable

INTERVAL = 20.0  # seconds between the heartbeats of a page
GONE_AFTER = 2.5 * INTERVAL
NEW_PER_MINUTE = 600  # of one address: a conference hotel yes, a flood no
MOST = 200_000


class Audience:
    """Pages by the random id that each makes for itself. `steady` is in seconds of a clock that nobody can set."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: dict[Hashable, dict[str, float]] = {}
        self._new: dict[str, int] = {}
        self._minute = 0
        self._told_at: dict[Hashable, float] = {}

    def beat(self, stage: Hashable, page: str, address: str, *, steady: float) -> bool:
        """Note that a page watches; False when too many new ones come from its address."""
        with self._lock:
            pages = self._pages.setdefault(stage, {})
            if page not in pages and (len(pages) >= MOST or not self._may_join(address, steady)):
                return False
            pages[page] = steady
            return True

    def count(self, stage: Hashable, *, steady: float) -> int:
        """The pages that were heard of within two and a half intervals."""
        with self._lock:
            pages = self._pages.get(stage, {})
            for page in [page for page, at in pages.items() if steady - at > GONE_AFTER]:
                del pages[page]
            return len(pages)

    def is_due(self, stage: Hashable, *, every: float, steady: float) -> bool:
        """Whether it is time to tell others the count again; asking sets the time anew."""
        with self._lock:
            if steady - self._told_at.get(stage, -every) < every:
                return False
            self._told_at[stage] = steady
            return True

    def _may_join(self, address: str, steady: float) -> bool:
        """Addresses are forgotten with the minute they came in."""
        if int(steady // 60) != self._minute:
            self._minute, self._new = int(steady // 60), {}
        self._new[address] = self._new.get(address, 0) + 1
        return self._new[address] <= NEW_PER_MINUTE
