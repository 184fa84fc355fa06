"""Pictures that come with forms."""

from typing import Any

from werkzeug.datastructures import FileStorage

from shared.web import files

PHOTO_SIDE = 800


def take_photo(wanted: dict[str, Any], upload: FileStorage | None) -> str | None:
    """The photograph of a speaker."""
    return take_picture(wanted, upload, field="photo", side=PHOTO_SIDE)


def take_picture(wanted: dict[str, Any], upload: FileStorage | None, *, field: str, side: int) -> str | None:
    """The path of a new picture, "" for none from now on, None for the one there is. Raises Invalid for the field.

    It is scaled to fit `side` pixels.
    """
    without = wanted.pop(f"without_{field}")
    if upload is not None and upload.filename:
        return f"/sessions/assets/files/{files().put_image(upload.stream, max_side=side, field=field)}"
    return "" if without else None
