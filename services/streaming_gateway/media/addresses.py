"""Where media lies: open to everybody, or behind a signed prefix that works without cookies and headers.

The prefix is `t/<mac>/<expires>/<audience>/`; addresses in a playlist are relative, so they inherit it. The MAC is the
one that nginx's `secure_link_md5 "$expires/$audience $secret"` computes, so nginx and Python check the same links.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from uuid import UUID

PUBLIC = "public"
PREFIX = "/live/media/"
LIFE = 15 * 60
BUCKET = 5 * 60  # everybody gets the same link for so long, and a cache one entry
_AUDIENCE = r"public|day-[0-9a-f]{32}"
_STAGE = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_FILE = rf"(?P<audience>{_AUDIENCE})/(?P<stage>{_STAGE})/(?P<name>[A-Za-z0-9_-]+\.(?:ts|m3u8))"
_OPEN = re.compile(rf"{PREFIX}{_FILE}")
_SIGNED = re.compile(rf"{PREFIX}t/(?P<mac>[A-Za-z0-9_-]{{1,64}})/(?P<expires>[0-9]{{1,12}})/{_FILE}")


class Forged(Exception):
    """The link was not made here, or for somebody else."""


class Expired(Exception):
    """The link was good until a while ago."""


@dataclass(frozen=True, kw_only=True)
class MediaFile:
    """A file of a stage, for an audience that may have it."""

    audience: str
    stage: str
    name: str

    @property
    def is_playlist(self) -> bool:
        return self.name.endswith(".m3u8")


def audience_of(day_id: UUID, *, attend: str) -> str:
    """Everybody, or those who may attend one day."""
    return PUBLIC if attend == PUBLIC else f"day-{day_id.hex}"


def playlist_path(audience: str, stage_id: UUID, *, secret: str, now: float) -> str:
    """Where a viewer reads the stage; a signed path is good for ten to fifteen minutes from the Unix time `now`."""
    name = f"{stage_id}/index.m3u8"
    if audience == PUBLIC:
        return f"{PREFIX}{PUBLIC}/{name}"
    expires = str(int(now // BUCKET) * BUCKET + LIFE)
    return f"{PREFIX}t/{_mac(expires, audience, secret)}/{expires}/{audience}/{name}"


def read_path(path: str, *, secret: str, now: float) -> MediaFile | None:
    """The file that a path names, None for no such path. Raises Forged or Expired."""
    if found := _OPEN.fullmatch(path):
        if found["audience"] != PUBLIC:
            raise Forged
        return MediaFile(audience=found["audience"], stage=found["stage"], name=found["name"])
    found = _SIGNED.fullmatch(path)
    if found is None:
        return None
    wanted = _mac(found["expires"], found["audience"], secret)
    if not secret or not hmac.compare_digest(found["mac"], wanted):
        raise Forged
    if int(found["expires"]) < now:
        raise Expired
    return MediaFile(audience=found["audience"], stage=found["stage"], name=found["name"])


def _mac(expires: str, audience: str, secret: str) -> str:
    digest = hashlib.md5(f"{expires}/{audience} {secret}".encode(), usedforsecurity=False).digest()
    return urlsafe_b64encode(digest).decode("ascii").rstrip("=")
