"""What a stage can show: a source hands over the segments that have become the present since it was last asked."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Segment:
    """Media ready to be listed. `at` is the Unix time of its first picture; `duration` is in seconds.

    `continues` says that it follows the segment before it without a break in clocks or codecs.
    """

    content: bytes
    duration: float
    at: float
    continues: bool


class Source(Protocol):
    """`target` is its target duration in whole seconds; `reason` why nothing comes, empty while all is well."""

    @property
    def target(self) -> int: ...

    @property
    def reason(self) -> str: ...

    def take(self, wall: float) -> list[Segment]:
        """What is new at the Unix time `wall`, oldest first; never waits."""

    def close(self) -> None: ...
