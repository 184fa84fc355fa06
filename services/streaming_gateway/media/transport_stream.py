"""Whether bytes are an MPEG transport stream (ISO/IEC 13818-1) that players can take: H.264, and AAC if any sound."""

PACKET = 188
SYNC = 0x47
H264, AAC = 0x1B, 0x0F
TAKEN = frozenset(
    {H264, AAC, 0x06, 0x15, 0x86}
)  # also private data, ID3 and SCTE 35, which players pass over
PAT = 0


class NotPlayable(ValueError):
    """The segment is not what it should be; the message says why."""


def require_playable(content: bytes) -> None:
    """Raises NotPlayable for anything that is cut short, foreign, or in a codec that a browser may refuse."""
    if not content or len(content) % PACKET:
        raise NotPlayable("a segment is cut short or is no MPEG transport stream")
    if content[::PACKET] != bytes([SYNC]) * (len(content) // PACKET):
        raise NotPlayable("a segment is no MPEG transport stream")
    programme = _section(content, PAT)
    # After the 8 bytes of the header: programme number, then 13 bits of the PID of its map.
    place = 8
    if programme is None or len(programme) < place + 4:
        raise NotPlayable("a segment does not begin with its programme table")
    stream_map = _section(content, int.from_bytes(programme[place + 2 : place + 4]) & 0x1FFF)
    kinds = _stream_kinds(stream_map) if stream_map is not None else frozenset()
    if H264 not in kinds or not kinds <= TAKEN:
        raise NotPlayable("a segment is not H.264 with AAC")


def _section(content: bytes, pid: int) -> bytes | None:
    """The first table on a PID, as far as its first packet goes."""
    for start in range(0, len(content), PACKET):
        packet = content[start : start + PACKET]
        begins = packet[1] & 0x40
        if begins and int.from_bytes(packet[1:3]) & 0x1FFF == pid:
            payload = 4 + (1 + packet[4] if packet[3] & 0x20 else 0)
            if payload >= PACKET:
                return None
            return packet[payload + 1 + packet[payload] :]
    return None


def _stream_kinds(section: bytes) -> frozenset[int]:
    """The stream types of a programme map."""
    if len(section) < 12:
        return frozenset()
    end = min(len(section), 3 + (int.from_bytes(section[1:3]) & 0x0FFF) - 4)
    place = 12 + (int.from_bytes(section[10:12]) & 0x0FFF)
    kinds = set()
    while place + 5 <= end:
        kinds.add(section[place])
        place += 5 + (int.from_bytes(section[place + 3 : place + 5]) & 0x0FFF)
    return frozenset(kinds)
