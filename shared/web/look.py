"""How a conference dresses its pages."""

import colorsys
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.clock import conference_now

ACCENT = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, kw_only=True)
class Look:
    """`nav` is (label, url) pairs; `rehearsal_at` is the conference's own time while it rehearses."""

    name: str
    accent: str
    logo: str = ""
    home: str = "/"
    nav: tuple[tuple[str, str], ...] = ()
    zone: str = "UTC"
    rehearsal_at: datetime | None = None


def dress(conference: Any, *, live: bool, register: bool, managing: bool = False) -> Look:
    """The look of a service's own row of a conference: its slug, name, accent, logo, zone, rehearsal and clock_offset.

    `live` and `register` say whether there is something to watch and to register for; `managing` is for organisers.
    """
    home = f"/sessions/{conference.slug}/"
    visitors = (
        ("Agenda", home),
        ("Speakers", f"{home}speakers/"),
        *((("Live", f"/live/{conference.slug}/"),) if live else ()),
        *((("Register", f"/registration/{conference.slug}/"),) if register else ()),
    )
    organisers = (
        ("Agenda", f"/sessions/manage/{conference.slug}/"),
        ("Registrations", f"/registration/manage/{conference.slug}/"),
        ("Badges", f"/badges/manage/{conference.slug}/"),
        ("Live", f"/live/manage/{conference.slug}/"),
    )
    return Look(
        name=conference.name,
        accent=conference.accent,
        logo=conference.logo,
        home=home,
        nav=organisers if managing else visitors,
        zone=conference.zone,
        rehearsal_at=conference_now(conference.clock_offset) if conference.rehearsal else None,
    )


def look_css(accent: str) -> str:
    """The stylesheet of one accent colour; text on it and in it keeps a contrast of 4.5 : 1."""
    ink = "#ffffff" if _contrast(accent, "#ffffff") >= 4.5 else "#000000"
    light, dark = _readable(accent, "#ffffff", step=-0.03), _readable(accent, "#14161c", step=0.03)
    return (
        f":root{{--accent:{accent};--accent-ink:{ink};--accent-text:{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{--accent-text:{dark}}}}}\n"
    )


def _readable(colour: str, ground: str, *, step: float) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(colour))
    while _contrast(colour, ground) < 5.2 and (lightness > 0 if step < 0 else lightness < 1):
        lightness = min(1.0, max(0.0, lightness + step))
        red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
        colour = f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
    return colour


def _channels(colour: str) -> tuple[float, float, float]:
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _channels(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)
