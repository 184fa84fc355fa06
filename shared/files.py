"""Uploaded files: content-addressed, re-encoded, never trusted by name."""

import hashlib
import os
import re
import time
from io import BytesIO
from pathlib import Path
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

from shared.errors import Invalid, NotFound
from shared.ids import new_id

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
_NAME = re.compile(r"[0-9a-f]{64}\.(png|jpg)")
_HASH = re.compile(r"[0-9a-f]{64}")
WAITS_SECONDS = 24 * 3600


class FileStore:
    """A folder of files named by their SHA-256."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put_image(self, stream: IO[bytes], *, max_side: int, field: str = "image") -> str:
        """Store a PNG, JPEG or WebP, scaled to fit and without metadata; returns its name. Raises Invalid."""
        content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise Invalid(fields={field: ["The file is larger than 10 MB."]})
        try:
            image = Image.open(BytesIO(content), formats=("PNG", "JPEG", "WEBP"))
            if image.width * image.height > MAX_PIXELS:
                raise Invalid(fields={field: ["The picture has more than 40 million pixels."]})
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((max_side, max_side))
            clean = upright.convert("RGBA" if upright.mode in ("RGBA", "LA", "P") else "RGB")
        except (
            UnidentifiedImageError,
            OSError,
            ValueError,
            SyntaxError,
            Image.DecompressionBombError,
        ) as error:
            raise Invalid(fields={field: ["This is not a PNG, JPEG or WebP picture."]}) from error
        kind = "png" if clean.mode == "RGBA" else "jpg"
        out = BytesIO()
        clean.save(out, "PNG" if kind == "png" else "JPEG", optimize=True)
        return self._put(out.getvalue(), kind)

    def path_of(self, name: str) -> Path:
        """Where a stored file lies; raises NotFound for any name this store did not give."""
        path = self._folder / name
        if not _NAME.fullmatch(name) or not path.is_file():
            raise NotFound
        return path

    def _put(self, content: bytes, kind: str) -> str:
        name = f"{hashlib.sha256(content).hexdigest()}.{kind}"
        _write_whole(self._folder / name, content)
        return name


class Shelf:
    """A folder of uploads that wait for a second step, named by their SHA-256; gone after a day."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Keep it, and let go of what nobody came back for; returns its name."""
        name = hashlib.sha256(content).hexdigest()
        _write_whole(self._folder / name, content)
        os.utime(self._folder / name)
        for path in self._folder.iterdir():
            try:
                if path.stat().st_mtime < time.time() - WAITS_SECONDS:
                    path.unlink()
            except FileNotFoundError:  # another process cleans up as well
                continue
        return name

    def get(self, name: str) -> bytes:
        """Raises NotFound for any name this shelf did not give, and for what is gone."""
        if not _HASH.fullmatch(name):
            raise NotFound
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError as error:
            raise NotFound from error


def _write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Written aside first: a killed process must not leave half a file under the final name.
        draft = path.with_suffix(f".{new_id().hex}.part")
        try:
            draft.write_bytes(content)
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)  # half of it would only keep a full disk full
            raise
