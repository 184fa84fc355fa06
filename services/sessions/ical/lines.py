"""The lines of a calendar file (RFC 5545 3.1), unfolded, numbered and grouped by component."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

# Each character can be matched in one way only, so that no line takes longer than its length.
_LINE: Final = re.compile(r'([A-Za-z0-9-]+)\s*((?:;[^=;:"]*=(?:"[^"]*"|[^";:])*)*):(.*)', re.DOTALL)
_PARAMETER: Final = re.compile(r';([^=;:"]*)=("[^"]*"|[^";]*)')
_DEEPEST: Final = 20
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One property; `number` counts the physical lines of the file from 1, `params` have upper-case names."""

    number: int
    name: str
    params: dict[str, str]
    value: str


@dataclass(kw_only=True)
class Block:
    """A component: its own properties, the components in it, and the lines that are no properties or no UTF-8."""

    name: str
    number: int
    lines: list[Line] = field(default_factory=list)
    inner: list["Block"] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    garbled: list[int] = field(default_factory=list)

    def first(self, name: str) -> Line | None:
        return next((line for line in self.lines if line.name == name), None)

    def all(self, *names: str) -> list[Line]:
        return [line for line in self.lines if line.name in names]

    def value(self, name: str) -> str:
        line = self.first(name)
        return line.value if line else ""


def is_calendar(content: bytes) -> bool:
    """Whether the bytes begin as a calendar file does."""
    return as_utf_8(content)[:200].lstrip().upper().startswith(b"BEGIN:VCALENDAR")


def as_utf_8(content: bytes) -> bytes:
    if content.startswith(_UTF_16):
        return content.decode("utf-16", "replace").encode()
    return content.removeprefix(_BYTE_ORDER_MARK)


def read_blocks(content: bytes) -> Block:
    """All components of the file below a nameless one; ends that were forgotten are put in."""
    root = Block(name="", number=1)
    open_blocks = [root]
    for number, raw in _unfolded(as_utf_8(content)):
        text, garbled = _decoded(raw)
        if garbled:
            open_blocks[-1].garbled.append(number)
        line = _parse(text, number)
        if line is None:
            open_blocks[-1].broken.append(number)
        elif line.name == "BEGIN":
            name = line.value.strip().upper()
            if name in ("VEVENT", "VCALENDAR"):  # neither can stand in an event: its end was forgotten
                while open_blocks[-1].name not in ("", "VCALENDAR"):
                    open_blocks.pop()
            if len(open_blocks) > _DEEPEST:
                open_blocks[-1].broken.append(number)
                continue
            block = Block(name=name, number=number)
            open_blocks[-1].inner.append(block)
            open_blocks.append(block)
        elif line.name == "END":
            name = line.value.strip().upper()
            while any(block.name == name for block in open_blocks[1:]) and open_blocks.pop().name != name:
                pass
        else:
            open_blocks[-1].lines.append(line)
    return root


def walk(block: Block, name: str) -> Iterator[Block]:
    """The components of a name, in the order of the file."""
    waiting = [block]
    while waiting:
        one = waiting.pop()
        if one.name == name:
            yield one
        waiting += reversed(one.inner)


def _unfolded(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Whole lines with the number of their first part; unfolded as bytes, because folds may split a character."""
    begun, parts = 0, list[bytes]()
    for number, raw in enumerate(re.split(rb"\r\n|\n|\r", content), start=1):
        if raw[:1] in (b" ", b"\t") and parts:
            parts.append(raw[1:])
            continue
        if parts:
            yield begun, b"".join(parts)
        begun, parts = number, [raw] if raw.strip() else []
    if parts:
        yield begun, b"".join(parts)


def _decoded(raw: bytes) -> tuple[str, bool]:
    """The text, and whether it had to be guessed: as what Western Windows writes, where that says anything."""
    try:
        return raw.decode(), False
    except UnicodeDecodeError:
        kept = raw.decode("utf-8", "ignore")
        return (kept if not kept.isascii() else raw.decode("cp1252", "replace")), True


def _parse(text: str, number: int) -> Line | None:
    match = _LINE.fullmatch(text.strip())
    if match is None:
        return None
    params = {name.strip().upper(): value.strip('" ') for name, value in _PARAMETER.findall(match[2])}
    return Line(number=number, name=match[1].upper(), params=params, value=match[3].strip())
