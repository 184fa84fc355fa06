"""What the clips show: the slate, and a test programme in which every second looks different."""

import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

import shared.web

WIDTH, HEIGHT = 640, 360
RATE = 25
SECONDS = 60
FONTS = Path(shared.web.__file__).parent / "static" / "vendor" / "dejavu"
GROUND, INK, SOFT, ACCENT = (20, 23, 26), (244, 242, 238), (150, 147, 141), (64, 164, 190)
SCENES = (
    ("Welcome", "The open first day"),
    ("From the experts", "What research says about learning together"),
    ("Curriculum integration", "European ITE award"),
    ("Project implementation", "European ITE award"),
    ("Research outputs", "European ITE award"),
    ("New to eTwinning?", "Your National Support Organisation tells you how to join"),
)
CENTRE, RADIUS = (490, 190), 112
Colour = tuple[int, int, int]


def slate() -> Image.Image:
    """The still picture of a pause."""
    image = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    draw = ImageDraw.Draw(image)
    for row, seats in ((150, 25), (115, 19), (80, 13)):
        for seat in range(seats):
            angle = math.pi * seat / (seats - 1)
            _dot(draw, WIDTH / 2 - row * math.cos(angle), 218 - row * math.sin(angle), 3.5, ACCENT)
    _centred(draw, 245, "The picture will be right back", 26, INK, bold=True)
    _centred(draw, 285, "Please stay: nothing has ended.", 16, SOFT)
    return image


def programme() -> Iterator[Image.Image]:
    """One minute of frames: six scenes, a ring of seats that fills by the second, and a clock of the media itself."""
    for number in range(SECONDS * RATE):
        second, part = divmod(number, RATE)
        image = _scene(second // (SECONDS // len(SCENES)), second).copy()
        draw = ImageDraw.Draw(image)
        angle = 2 * math.pi * (number / RATE) / SECONDS - math.pi / 2
        x, y = CENTRE[0] + RADIUS * math.cos(angle), CENTRE[1] + RADIUS * math.sin(angle)
        _dot(draw, x, y, 7, INK)
        draw.text((40, 300), f"00:{second:02d}.{part * 1000 // RATE // 10:02d}", INK, _font(28, bold=True))
        yield image


@cache
def _scene(scene: int, second: int) -> Image.Image:
    """Everything that stays the same for a second."""
    image = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    draw = ImageDraw.Draw(image)
    title, line = SCENES[scene]
    draw.text((40, 40), "eTwinning for Future Teachers", ACCENT, _font(16))
    draw.multiline_text((40, 110), _folded(title, 15), INK, _font(34, bold=True), spacing=6)
    draw.multiline_text((40, 215), _folded(line, 34), SOFT, _font(16), spacing=4)
    for seat in range(SECONDS):
        angle = 2 * math.pi * seat / SECONDS - math.pi / 2
        x, y = CENTRE[0] + RADIUS * math.cos(angle), CENTRE[1] + RADIUS * math.sin(angle)
        _dot(draw, x, y, 4, ACCENT if seat <= second else (52, 56, 60))
    _centred(draw, CENTRE[1] - 36, f"{second:02d}", 56, INK, bold=True, middle=CENTRE[0])
    draw.text((250, 311), "test programme", SOFT, _font(14))
    return image


def _dot(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: Colour) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), colour)


def _centred(
    draw: ImageDraw.ImageDraw,
    top: int,
    text: str,
    size: int,
    colour: Colour,
    *,
    bold: bool = False,
    middle: float = WIDTH / 2,
) -> None:
    draw.text((middle, top), text, colour, _font(size, bold=bold), anchor="ma")


def _folded(text: str, width: int) -> str:
    """Broken into lines of about so many letters."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


@cache
def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"DejaVuSans{'-Bold' if bold else ''}.ttf"), size)
