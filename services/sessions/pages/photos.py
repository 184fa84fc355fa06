"""Pictures that come with forms."""

from typing import Any

from werkzeug.datastructures import FileStorage

from shared.web import files

PHOTO_SIDE = 800


def take_photo(wanted: dict[str, Any], upload: FileStorage | None) -> str | None:
    """The path of a new photograph, "" for none from now on, None for the one there is. Raises Invalid for `photo`."""
    without = wanted.pop("without_photo")
    if upload is not None and upload.filename:
        return stored_picture(upload, side=PHOTO_SIDE, field="photo")
    return "" if without else None


def stored_picture(upload: FileStorage, *, side: int, field: str) -> str:
    """Where the picture is found once it is kept, scaled to fit; `side` is in pixels."""
    return f"/sessions/assets/files/{files().put_image(upload.stream, max_side=side, field=field)}"
