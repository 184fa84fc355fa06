"""Web addresses as the schema type anyURI and RFC 3986 want them."""

import re
from typing import Final
from urllib.parse import quote, urlsplit

from services.sessions.schedules.values import without_control_characters

_STRAY_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST: Final = re.compile(r"(?:[^\s@/]*@)?(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._~-]+)(?::[0-9]{1,5})?", re.ASCII)


def find_web_address(text: str) -> str | None:
    """The http(s) address in ASCII with everything encoded that needs it; None if it is no such address."""
    address = "".join(without_control_characters(text).split())
    try:
        parts = urlsplit(address)
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode("ascii")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        return None
    path, query, fragment = (_encoded(part) for part in (parts.path, parts.query, parts.fragment))
    tail = f"{path}{'?' * bool(parts.query)}{query}{'#' * bool(parts.fragment)}{fragment}"
    return f"{parts.scheme}://{host}{tail}"


def _encoded(part: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe="%/:=&?~+!$,;'()*@-._")
