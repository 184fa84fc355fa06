"""The folder of one stage: segments by their content, the playlist by rename, and nothing half written."""

import hashlib
import os
import shutil
from collections.abc import Collection
from pathlib import Path

PLAYLIST = "index.m3u8"


class StageFolder:
    """What a web server hands out of one stage. Segments are immutable; only the playlist changes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._unlisted_at: dict[str, float] = {}

    def put_segment(self, content: bytes) -> str:
        """Store a segment under the name that its content gives it."""
        name = f"{hashlib.sha256(content).hexdigest()[:32]}.ts"
        if not self.holds(name):
            self._write(name, content)
        return name

    def put_playlist(self, content: bytes) -> None:
        self._write(PLAYLIST, content)

    def holds(self, name: str) -> bool:
        return (self.path / name).is_file()

    def sweep(self, listed: Collection[str], *, keep: float, steady: float) -> None:
        """Delete segments that have been off the list for `keep` seconds; a slow player may still want the others."""
        if not self.path.is_dir():
            return
        unlisted = {path.name for path in self.path.glob("*.ts")} - set(listed)
        self._unlisted_at = {name: self._unlisted_at.get(name, steady) for name in unlisted}
        for name, since in self._unlisted_at.items():
            if steady - since > keep:
                (self.path / name).unlink(missing_ok=True)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)

    def _write(self, name: str, content: bytes) -> None:
        """A reader sees the whole file or none."""
        self.path.mkdir(parents=True, exist_ok=True)
        draft = self.path / f".{name}.{os.getpid()}.part"
        draft.write_bytes(content)
        draft.replace(self.path / name)
