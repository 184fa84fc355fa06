"""Local paths: whether one may be followed after sign-in, and for whom a token on it must be made."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.errors import NotFound

AUDIENCES = {
    "registration": "registration",
    "sessions": "sessions",
    "badges": "badges",
    "live": "streaming_gateway",
}
RESERVED = frozenset({"api", "assets", "events", "in", "me", "manage"})
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
_FORBIDDEN = re.compile(r"[\\\x00-\x20\x7f\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class Target:
    """A checked path: the service it leads to, the conference in it, and whether organisers work there."""

    path: str
    audience: str
    conference: str | None
    managing: bool


def require_target(to: str) -> Target:
    """Read a path that somebody wants to be sent on to; raises NotFound for anything but a service's path."""
    if not to.startswith("/") or to.startswith("//") or _FORBIDDEN.search(to) or len(to) > 2000:
        raise NotFound
    parts = [part for part in urlsplit(to).path.split("/") if part]
    if not parts or parts[0] not in AUDIENCES or any(part in (".", "..") for part in parts):
        raise NotFound
    managing = parts[1:2] == ["manage"]
    slug = next(iter(parts[2:3] if managing else parts[1:2]), None)
    if slug is not None and (slug in RESERVED or not _SLUG.fullmatch(slug)):
        slug = None
    return Target(path=to, audience=AUDIENCES[parts[0]], conference=slug, managing=managing)
