"""The design system's files under an address that changes with their content, so they may be kept for ever."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, send_from_directory

from shared.auth import public
from shared.errors import NotFound
from shared.web.look import ACCENT, look_css
from shared.web.responses import etag_response

STATIC = Path(__file__).parent / "static"
FOREVER = 365 * 24 * 3600

blueprint = Blueprint("assets", __name__)


@cache
def folder_hash(folder: Path) -> str:
    """A short hash over all files of a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def asset_url(name: str) -> str:
    return f"/assets/{folder_hash(STATIC)}/{name}"


def look_url(accent: str) -> str:
    return f"/assets/look/{accent.lstrip('#').lower()}.css"


@blueprint.get("/assets/look/<colour>.css")
@public
def look(colour: str) -> Response:
    """The stylesheet for a conference's accent colour."""
    if not ACCENT.fullmatch(f"#{colour}"):
        raise NotFound
    return etag_response(look_css(f"#{colour}").encode(), mimetype="text/css", max_age=FOREVER)


@blueprint.get("/assets/<version>/<path:name>")
@public
def shared_file(version: str, name: str) -> Response:
    """A file of the design system; an old version's address still answers, but is not to be kept."""
    response = send_from_directory(STATIC, name, max_age=FOREVER if version == folder_hash(STATIC) else 0)
    if version == folder_hash(STATIC):
        response.cache_control.immutable = True
    return response
