"""Badges on paper: one A6 sheet each, every script shaped and ordered, nothing cut."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from fontTools.ttLib import TTFont
from fpdf import FPDF

import shared.web

FONTS = Path(shared.web.__file__).parent / "static" / "vendor" / "dejavu"
REGULAR, BOLD = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"
FAMILY = "dejavu"
BLANK = "____"  # in place of signs that no font here can draw, to be filled in by hand
WIDTH, HEIGHT = 297.64, 419.53  # A6 in points
MARGIN = 18.0
LEADING = 1.2
LEGIBLE = 8.0  # points
MODULE = 3.0  # points; whole pixels at 72 dpi, so that a screenshot reads as well as the paper
WHITE, BLACK, GREY = (255, 255, 255), (0, 0, 0), (80, 80, 80)
PLACED = re.compile(rb"(?:(?P<first>BT )|1 0 0 1 )(?P<x>-?[\d.]+) (?P<y>-?[\d.]+) T[dm]")
Colour = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What one badge says; `runs` are x, y, width, height of dark modules in a QR code of `side` modules."""

    name: str
    institution: str
    country: str
    category: str
    side: int
    runs: Sequence[tuple[int, int, int, int]]


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A part of the sheet that a text fills: points from the top, and the largest size of its letters.

    Down to `one_line_from` the text shrinks on one line; smaller than that it wraps.
    """

    top: float
    height: float
    size: float
    one_line_from: float
    style: str = ""


BAND = Zone(top=8, height=48, size=17, one_line_from=14, style="B")
BAND_HEIGHT = 60
NAME = Zone(top=66, height=88, size=38, one_line_from=26, style="B")
INSTITUTION = Zone(top=158, height=42, size=14, one_line_from=12)
COUNTRY = Zone(top=202, height=18, size=12, one_line_from=4)
CODE_TOP = 228
CATEGORY = Zone(top=386, height=26, size=15, one_line_from=4, style="B")


def badges_pdf(sheets: Iterable[Sheet], *, conference: str, accent: str) -> bytes:
    """A PDF with one page per sheet, in their order; `accent` is a colour as #rrggbb."""
    return _Printer(conference, _colour(accent)).printed(sheets)


def unprintable(text: str) -> tuple[str, ...]:
    """The signs of a text that the badge font does not have, each once, in their order."""
    known = _known_signs()
    missing = (sign for sign in _composed(text) if ord(sign) not in known and not _is_invisible(sign))
    return tuple(dict.fromkeys(missing))


@cache
def _known_signs() -> frozenset[int]:
    """Code points that both weights of the font can draw."""
    return frozenset.intersection(*map(_signs_in, (REGULAR, BOLD)))


def _signs_in(file: str) -> frozenset[int]:
    with TTFont(FONTS / file, lazy=True) as font:
        return frozenset(font.getBestCmap())


class _Printer:
    """One document; it remembers how wide each text is, and how it drew what many badges share."""

    def __init__(self, conference: str, accent: Colour) -> None:
        self._conference, self._accent = conference, accent
        self._widths: dict[tuple[str, str], float] = {}
        self._drawn: dict[tuple[str, Zone, Colour], bytes] = {}
        self._pdf = FPDF(unit="pt", format=(WIDTH, HEIGHT))
        self._pdf.set_auto_page_break(auto=False)
        self._pdf.set_margins(0, 0)
        self._pdf.c_margin = 0
        self._pdf.set_title(conference)
        self._pdf.set_lang("en")
        self._pdf.add_font(FAMILY, "", FONTS / REGULAR)
        self._pdf.add_font(FAMILY, "B", FONTS / BOLD)
        self._pdf.set_text_shaping(use_shaping_engine=True)
        self._pdf.set_fill_color(*accent)

    def printed(self, sheets: Iterable[Sheet]) -> bytes:
        for sheet in sheets:
            self._pdf.add_page()
            for font in self._pdf.fonts.values():  # what is drawn again brings no font to its page
                self._pdf._set_font_for_page(font, 1)  # noqa: SLF001 - fpdf2 has no templates for shaped text
            self._draw(sheet)
        return bytes(self._pdf.output())

    def _draw(self, sheet: Sheet) -> None:
        self._pdf.rect(0, 0, WIDTH, BAND_HEIGHT, style="F")
        self._write(self._conference, BAND, _ink_on(self._accent))
        self._write(sheet.name, NAME)
        self._write(sheet.institution, INSTITUTION)
        self._write(sheet.country, COUNTRY, GREY)
        self._draw_code(sheet.side, sheet.runs)
        self._write(sheet.category, CATEGORY)

    def _draw_code(self, side: int, runs: Sequence[tuple[int, int, int, int]]) -> None:
        """All runs as one path with one fill: no hairlines between them. Alike ones together pack best."""
        left = (WIDTH - side * MODULE) // 2
        alike = sorted([(width, height, x, y) for x, y, width, height in runs])
        path = "\n".join([f"{x} {y} {width} {height} re" for width, height, x, y in alike])
        place = f"{MODULE} 0 0 {-MODULE} {left} {HEIGHT - CODE_TOP:.2f} cm"
        self._add(f"q 0 g {place} {path} f Q".encode("ascii"))

    def _write(self, text: str, zone: Zone, colour: Colour = BLACK) -> None:
        """Fill a zone with a text, shaping it only the first time."""
        key = (text, zone, colour)
        if key in self._drawn:
            self._add(b"q " + self._drawn[key] + b" Q")
            return
        contents = cast(bytearray, self._pdf.pages[self._pdf.page].contents)
        start = len(contents)
        self._pdf.current_font_is_set_on_page = False
        self._write_lines(_printable(text), zone, colour)
        self._pdf.current_font_is_set_on_page = False
        contents[start:] = self._drawn[key] = _stepwise(bytes(contents[start:]))

    def _write_lines(self, text: str, zone: Zone, colour: Colour) -> None:
        """Centred lines, as large as they fit."""
        size, lines = self._fitted(text, zone)
        self._pdf.set_font(FAMILY, zone.style, size)
        self._pdf.set_text_color(*colour)
        top = zone.top + (zone.height - len(lines) * size * LEADING) / 2
        for line in lines:
            self._pdf.set_xy(MARGIN, top)
            self._pdf.cell(WIDTH - 2 * MARGIN, size * LEADING, line, align="C")
            top += size * LEADING

    def _add(self, drawn: bytes) -> None:
        """Operators for the current page; fpdf2's own paths take four times as long."""
        self._pdf._out(drawn)  # noqa: SLF001

    def _fitted(self, text: str, zone: Zone) -> tuple[float, list[str]]:
        """The largest size at which the text fits, and its lines; rather than become illegible, words are broken."""
        room = WIDTH - 2 * MARGIN
        parts = [part for word in text.split() for part in _hyphen_parts(word)]
        alone = room / max(sum(self._width(part, zone.style) for part in parts), 0.01)
        if alone >= zone.one_line_from:
            return min(alone, zone.size), ["".join(parts).strip()]
        size = zone.size
        while True:
            if size < LEGIBLE:
                parts = [cluster for word in text.split() for cluster in _clusters(f"{word} ")]
            lines = self._wrapped(parts, zone.style, room / size)
            widest = max(width for width, _ in lines)
            if len(lines) * size * LEADING <= zone.height and widest * size <= room:
                return size, [line.strip() for _, line in lines]
            size *= 0.96

    def _wrapped(self, parts: list[str], style: str, room: float) -> list[tuple[float, str]]:
        """Lines with their widths at size 1; only a part that is alone may be wider than the room."""
        lines: list[tuple[float, str]] = []
        for part in parts:
            width, line = lines[-1] if lines else (room, "")
            longer = width + self._width(part, style)
            if longer > room:
                lines.append((self._width(part, style), part))
            else:
                lines[-1] = (longer, line + part)
        return lines

    def _width(self, text: str, style: str) -> float:
        """How wide a text is at size 1; what stands before or after it makes no difference worth the time."""
        if (text, style) not in self._widths:
            self._pdf.set_font(FAMILY, style, 100)
            self._widths[text, style] = self._pdf.get_string_width(text) / 100
        return self._widths[text, style]


def _stepwise(drawn: bytes) -> bytes:
    """The same text with every glyph placed from the one before it, which takes a third of the bytes.

    fpdf2 places each shaped glyph on the page by a matrix of its own.
    """
    at = (0, 0)

    def step(found: re.Match[bytes]) -> bytes:
        nonlocal at
        before, at = at, (round(float(found["x"]) * 100), round(float(found["y"]) * 100))
        if found["first"]:
            return found[0]
        return b"%g %g Td" % ((at[0] - before[0]) / 100, (at[1] - before[1]) / 100)

    return PLACED.sub(step, drawn)


def _printable(text: str) -> str:
    """The text in composed form, a blank to fill in wherever the font has no sign."""
    missing = frozenset(unprintable(text))
    shown = ""
    for sign in _composed(text):
        if sign not in missing:
            shown += sign if ord(sign) in _known_signs() else ""
        elif not shown.endswith(BLANK):
            shown += BLANK
    return shown


def _composed(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _is_invisible(sign: str) -> bool:
    """Marks that only steer other signs: joiners, directions, variation selectors."""
    return unicodedata.category(sign) == "Cf" or "\ufe00" <= sign <= "\ufe0f"


def _hyphen_parts(word: str) -> list[str]:
    """A word with the space after it, divisible after its hyphens."""
    *heads, tail = word.split("-")
    return [*(f"{head}-" for head in heads), f"{tail} "]


def _clusters(word: str) -> Iterator[str]:
    """Letters, each with the marks that stand on it."""
    held = ""
    for sign in word:
        if held and not unicodedata.combining(sign):
            yield held
            held = ""
        held += sign
    yield held


def _colour(accent: str) -> Colour:
    return int(accent[1:3], 16), int(accent[3:5], 16), int(accent[5:7], 16)


def _ink_on(ground: Colour) -> Colour:
    """White or black, whichever stands out more by WCAG's relative luminance."""
    linear = [((part / 255 + 0.055) / 1.055) ** 2.4 for part in ground]
    return WHITE if 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] < 0.18 else BLACK
