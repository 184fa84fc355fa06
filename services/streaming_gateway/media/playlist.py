"""The playlist that viewers read (RFC 8216, version 6)."""

import math
from datetime import UTC, datetime

from services.streaming_gateway.media.timeline import Timeline

HOLD_BACK = 6  # target durations that a player stays behind: enough to outlive a slow restart of the gateway


def write_playlist(timeline: Timeline, *, target: int, over: bool = False) -> bytes:
    """A live media playlist; `over` ends it for good. `target` is the source's target duration in seconds."""
    longest = max([target, *(math.ceil(entry.duration - 0.5) for entry in timeline.entries)])
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:6",
        f"#EXT-X-TARGETDURATION:{longest}",
        f"#EXT-X-SERVER-CONTROL:HOLD-BACK={longest * HOLD_BACK:.1f}",
        f"#EXT-X-MEDIA-SEQUENCE:{timeline.sequence}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{timeline.discontinuities}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    for place, entry in enumerate(timeline.entries):
        if entry.discontinuity:
            lines.append("#EXT-X-DISCONTINUITY")
        if place == 0 or entry.discontinuity:
            moment = datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="milliseconds")
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{moment.replace('+00:00', 'Z')}")
        lines += [f"#EXTINF:{entry.duration:.3f},", entry.name]
    if over:
        lines.append("#EXT-X-ENDLIST")
    return ("\n".join(lines) + "\n").encode("ascii")
