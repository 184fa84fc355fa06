"""Short names of conferences: slugs in addresses, acronyms in export files, names of releases."""

import re
from collections.abc import Collection

from services.sessions.errors import ReleaseNameTaken, SlugTaken, ZoneUnknown
from shared.clock import find_zone
from shared.errors import Invalid
from shared.text import fold

RESERVED_SLUGS = frozenset(
    {"api", "assets", "events", "in", "me", "manage", "feed", "livez", "readyz", "metrics", "logos"}
)
RESERVED_RELEASES = frozenset({"wip", "latest", "draft"})
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LAST_NUMBER = re.compile(r"(\d+)(?=\D*$)")


def require_slug(slug: str) -> None:
    """Raises Invalid for a slug that cannot stand in an address, SlugTaken for a reserved one."""
    if not _SLUG.fullmatch(slug) or not 2 <= len(slug) <= 60:
        text = "Use 2 to 60 small letters (a to z), digits and single hyphens."
        raise Invalid(text, fields={"slug": [text]})
    if slug in RESERVED_SLUGS:
        text = f"“{slug}” is reserved."
        raise SlugTaken(text, fields={"slug": [text]})


def require_zone(zone: str, *, hint: str = "") -> None:
    """Raises ZoneUnknown unless this is an IANA time zone."""
    if not zone or find_zone(zone) is None:
        text = f"“{zone[:60]}” is no time zone." if zone else "The time zone is missing."
        text = f"{text} Use a name like Europe/Brussels{hint}."
        raise ZoneUnknown(text, fields={"zone": [text]})


def acronym_of(slug: str) -> str:
    """An acronym that the voc schemas for schedule.xml and schedule.json both accept."""
    return re.sub(r"[^a-z0-9_]", "_", slug.casefold()).ljust(4, "_")[:60]


def require_release_name(name: str, *, taken: bool) -> None:
    """Raises Invalid for a reserved name, ReleaseNameTaken for one that is in use in any case of letters."""
    if name.casefold() in RESERVED_RELEASES:
        raise Invalid(fields={"name": [f"“{name}” is reserved."]})
    if taken:
        text = f"There is already a release called “{name}”."
        raise ReleaseNameTaken(text, fields={"name": [text]})


def next_release_name(last: str | None) -> str:
    """The last name with its last number raised: 1.0 becomes 1.1."""
    if last is None:
        return "1.0"
    found = _LAST_NUMBER.search(last)
    if found is None:
        return f"{last} 2"[:100]
    return f"{last[: found.start()]}{int(found[1]) + 1}{last[found.end() :]}"[:100]


def free_release_name(wanted: str, taken: Collection[str]) -> str:
    """The wanted name, or with a number behind it; "" where nothing is wanted. `taken` holds folded names."""
    wanted = wanted.strip()[:80]
    if not wanted or wanted.casefold() in RESERVED_RELEASES:
        return ""
    name, repeat = wanted, 2
    while fold(name) in taken:
        name, repeat = f"{wanted} ({repeat})", repeat + 1
    return name
