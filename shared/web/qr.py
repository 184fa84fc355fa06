"""QR codes, drawn as runs of dark modules: alphanumeric ones of one size quickly, any other as qrcode makes it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from operator import itemgetter

import qrcode
from qrcode.base import Polynomial, gexp, rs_blocks
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.util import ALPHA_NUM, MODE_ALPHA_NUM, PAD0, PAD1

VERSION = 8  # holds 156 alphanumeric characters and their end mark at level Q
MASK = 2  # reads as well as a searched one, and costs nothing to find
LENGTH_BITS = 9  # of alphanumeric text in versions 1 to 9
SIDE = 17 + 4 * VERSION
DARK = re.compile("1+")
BLOCKS = tuple(rs_blocks(VERSION, ERROR_CORRECT_Q))
DATA_BYTES = sum(block.data_count for block in BLOCKS)
CODEWORDS = sum(block.total_count for block in BLOCKS)
CHECK_BYTES = BLOCKS[0].total_count - BLOCKS[0].data_count

# Dark modules side by side, the same ones in all its rows: x, y from the upper left corner, width, height.
Run = tuple[int, int, int, int]


def modules_of(code: str) -> list[str]:
    """One text of 49 signs per row, `1` for dark; raises ValueError for text that is too long.

    Equal to what qrcode makes in alphanumeric mode at version 8, level Q, mask 2, and 7 times quicker:
    the place of every bit and the table of the checksum are learned from qrcode once.
    """
    bits = f"{int.from_bytes(_codewords(_data_words(code))):0{CODEWORDS * 8}b}"
    drawn = "".join(_places()(bits + bits.translate({48: "1", 49: "0"}) + "01"))
    return [drawn[start : start + SIDE] for start in range(0, SIDE * SIDE, SIDE)]


def runs_of(modules: Sequence[str]) -> list[Run]:
    """Every run of dark modules; equal runs in rows that follow each other are one."""
    runs: list[Run] = []
    growing: dict[tuple[int, int], int] = {}
    for y, row in enumerate((*modules, "")):
        above, growing = growing, {}
        for found in DARK.finditer(row):
            growing[found.span()] = above.pop(found.span(), y)
        runs += [(start, top, end - start, y - top) for (start, end), top in above.items()]
    return runs


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """The `d` of a path in units of one module, and how many of them a side has."""

    side: int
    path: str


def quick_svg(text: str) -> Drawing:
    """The code of an alphanumeric text of the one quick size; raises ValueError like `modules_of`."""
    return Drawing(side=SIDE, path=_path(modules_of(text)))


def link_svg(address: str) -> Drawing:
    """The code of a web address, as large as it has to be; raises ValueError where none is large enough."""
    symbol = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    symbol.add_data(address)
    symbol.make(fit=True)
    modules = ["".join("1" if dark else "0" for dark in row) for row in symbol.modules]
    return Drawing(side=len(modules), path=_path(modules))


def svg_image(drawing: Drawing) -> str:
    """A picture for itself, on white and with the quiet zone that readers need."""
    side = drawing.side + 8
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 {side} {side}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M-4-4h{side}v{side}h-{side}z"/><path d="{drawing.path}"/></svg>'
    )


def _path(modules: Sequence[str]) -> str:
    return "".join([f"M{x} {y}h{width}v{height}h-{width}z" for x, y, width, height in runs_of(modules)])


def _data_words(text: str) -> list[int]:
    """The data of ISO/IEC 18004, 7.4: mode, length, pairs of characters in 11 bits, padding."""
    values = [ALPHA_NUM.index(sign) for sign in text.encode("ascii")]
    packed, width = MODE_ALPHA_NUM << LENGTH_BITS | len(values), 4 + LENGTH_BITS
    for first, second in zip(values[::2], values[1::2], strict=False):
        packed, width = packed << 11 | first * 45 + second, width + 11
    if len(values) % 2:
        packed, width = packed << 6 | values[-1], width + 6
    end = -(-(width + 4) // 8)
    if end > DATA_BYTES:
        raise ValueError(f"{len(values)} characters do not fit into version {VERSION}")
    words = (packed << (end * 8 - width)).to_bytes(end)
    return [*words, *((PAD0, PAD1)[place % 2] for place in range(DATA_BYTES - end))]


def _codewords(words: list[int]) -> bytes:
    """Data and check words of all blocks, interleaved as the standard wants it (7.6)."""
    blocks: list[list[int]] = []
    start = 0
    for block in BLOCKS:
        blocks.append(words[start : start + block.data_count])
        start += block.data_count
    interleaved: list[int] = []
    for column in zip_longest(*blocks):
        interleaved += [word for word in column if word is not None]
    for check_words in zip(*map(_check_words, blocks), strict=True):
        interleaved += check_words
    return bytes(interleaved)


def _check_words(words: list[int]) -> bytes:
    """The Reed-Solomon check words of one block: division by the generator, a word at a time."""
    table, rest = _remainders(), 0
    top, keep = 8 * (CHECK_BYTES - 1), (1 << 8 * (CHECK_BYTES - 1)) - 1
    for word in words:
        rest = (rest & keep) << 8 ^ table[rest >> top ^ word]
    return rest.to_bytes(CHECK_BYTES)


@cache
def _remainders() -> list[int]:
    """What each value of a word leaves when the generator divides it, as one number."""
    generator = Polynomial([1], 0)
    for power in range(CHECK_BYTES):
        generator = generator * Polynomial([1, gexp(power)], 0)
    table = [0]
    for word in range(1, 256):
        rest = Polynomial([word], CHECK_BYTES) % generator
        table.append(int.from_bytes(bytes(rest[place] for place in range(len(rest)))))
    return table


@cache
def _places() -> Callable[[str], tuple[str, ...]]:
    """Picks each module from: all bits, all bits inverted, "01"; learned by numbering the bits in binary."""
    blank = _drawn([0] * (CODEWORDS * 8))
    numbers = [0] * len(blank)
    for power in range((CODEWORDS * 8).bit_length()):
        shown = _drawn([(bit + 1) >> power & 1 for bit in range(CODEWORDS * 8)])
        for place, (dark, before) in enumerate(zip(shown, blank, strict=True)):
            numbers[place] |= (dark != before) << power
    fixed = 2 * CODEWORDS * 8
    return itemgetter(
        *(
            number - 1 + CODEWORDS * 8 * dark if number else fixed + dark
            for number, dark in zip(numbers, blank, strict=True)
        )
    )


def _drawn(bits: list[int]) -> list[bool]:
    """The modules that qrcode draws for these bits, row by row."""
    words = ["".join(map(str, bits[start : start + 8])) for start in range(0, len(bits), 8)]
    symbol = qrcode.QRCode(version=VERSION, error_correction=ERROR_CORRECT_Q, mask_pattern=MASK, border=0)
    symbol.data_cache = [int(word, 2) for word in words]
    symbol.makeImpl(test=False, mask_pattern=MASK)
    return [bool(dark) for row in symbol.modules for dark in row]
