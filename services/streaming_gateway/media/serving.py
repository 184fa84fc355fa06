"""Hands out media files before Flask is asked: what nginx does in a deployment, with the same answers."""

import os
import re
import time
from collections.abc import Iterable
from email.utils import formatdate
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication
from wsgiref.util import FileWrapper

from services.streaming_gateway.media.addresses import PREFIX, PUBLIC, Expired, Forged, MediaFile, read_path

PLAYLIST_SECONDS, SEGMENT_SECONDS = 1, 3600
BLOCK = 256 * 1024
Headers = list[tuple[str, str]]


def before(app: WSGIApplication, *, media: Path, secret: str) -> WSGIApplication:
    """The app, with everything under /live/media/ answered from the folder `media`."""

    def serve(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(PREFIX):
            return app(environ, start_response)
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return _refuse(start_response, "405 Method Not Allowed", ("Allow", "GET, HEAD"))
        try:
            wanted = read_path(path, secret=secret, now=time.time())
        except Forged:
            return _refuse(start_response, "403 Forbidden")
        except Expired:
            return _refuse(start_response, "410 Gone")
        if wanted is None:
            return _refuse(start_response, "404 Not Found")
        try:
            return _send(environ, start_response, media, wanted)
        except OSError:
            return _refuse(start_response, "404 Not Found")

    return serve


def _send(
    environ: dict[str, Any], start_response: StartResponse, media: Path, wanted: MediaFile
) -> Iterable[bytes]:
    """The whole file, a range of it, or the word that it has not changed."""
    file = (media / wanted.audience / wanted.stage / wanted.name).open("rb")
    stat = os.fstat(file.fileno())
    etag = f'"{int(stat.st_mtime_ns):x}-{stat.st_size:x}"'
    headers = _headers(wanted, etag, stat.st_mtime)
    if etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        file.close()
        start_response("304 Not Modified", headers)
        return []
    first, last = _range(environ.get("HTTP_RANGE", ""), stat.st_size)
    if first > last:
        file.close()
        span = ("Content-Range", f"bytes */{stat.st_size}")
        return _refuse(start_response, "416 Range Not Satisfiable", span)
    status = "200 OK"
    if (first, last) != (0, stat.st_size - 1):
        status = "206 Partial Content"
        headers.append(("Content-Range", f"bytes {first}-{last}/{stat.st_size}"))
    start_response(status, [*headers, ("Content-Length", str(last - first + 1))])
    if environ["REQUEST_METHOD"] == "HEAD":
        file.close()
        return []
    if status.startswith("206"):
        with file:
            file.seek(first)
            return [file.read(last - first + 1)]
    return environ.get("wsgi.file_wrapper", FileWrapper)(file, BLOCK)


def _headers(wanted: MediaFile, etag: str, changed: float) -> Headers:
    reach = "public" if wanted.audience == PUBLIC else "private"
    kind, keep = (
        ("application/vnd.apple.mpegurl", f"max-age={PLAYLIST_SECONDS}")
        if wanted.is_playlist
        else ("video/mp2t", f"max-age={SEGMENT_SECONDS}, immutable")
    )
    return [
        ("Content-Type", kind),
        ("Cache-Control", f"{reach}, {keep}"),
        ("ETag", etag),
        ("Last-Modified", formatdate(changed, usegmt=True)),
        ("Accept-Ranges", "bytes"),
        ("Access-Control-Allow-Origin", "*"),
        ("X-Content-Type-Options", "nosniff"),
    ]


def _range(header: str, size: int) -> tuple[int, int]:
    """First and last byte that are asked for (RFC 9110, 14.2); anything but one range means the whole file."""
    unit, _, span = header.partition("=")
    start, dash, end = span.partition("-")
    if unit.strip() != "bytes" or not dash or not re.fullmatch(r"[0-9]{1,15}", start + end):
        return 0, size - 1
    if not start:
        return max(0, size - int(end)), size - 1 if int(end) else -1
    return int(start), min(size - 1, int(end)) if end else size - 1


def _refuse(start_response: StartResponse, status: str, *more: tuple[str, str]) -> Iterable[bytes]:
    body = f"{status[4:]}\n".encode()
    headers = [
        ("Content-Type", "text/plain"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("Access-Control-Allow-Origin", "*"),
        *more,
    ]
    start_response(status, headers)
    return [body]
