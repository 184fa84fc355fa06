"""The settings of streaming_gateway, from PLENARY_STREAMING_GATEWAY_* variables."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile

from shared.ids import new_secret
from shared.settings import Secret, ServiceSettings


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """`media_dir` is where the web server finds media, `clips_dir` where generated clips are kept; else below data_dir.

    `media_secret` signs the links to closed stages; whoever checks them, nginx for one, has to be given the same.
    `origin_allow` names private hosts and networks that an origin may have. Pages and states are the same for every
    viewer, so one answer serves all for `shared_answer_ms` milliseconds.
    """

    media_dir: str = ""
    clips_dir: str = ""
    media_secret: Secret = Secret("")
    origin_allow: str = ""
    shared_answer_ms: int = 250

    @property
    def folder(self) -> Path:
        return self.data_dir / "streaming_gateway"

    @property
    def media(self) -> Path:
        return Path(self.media_dir) if self.media_dir else self.folder / "media"

    @property
    def clips(self) -> Path:
        return Path(self.clips_dir) if self.clips_dir else self.folder / "clips"

    @property
    def timelines(self) -> Path:
        return self.folder / "timelines"

    @cached_property
    def signing_secret(self) -> str:
        """The one that was given, or one of this data folder's own, made when it is first needed."""
        if self.media_secret:
            return self.media_secret
        file = self.folder / "media.secret"
        if not file.exists():
            _write_once(file, new_secret())
        return file.read_text("ascii")


def _write_once(file: Path, text: str) -> None:
    """Readable by nobody else, and never half written; of two writers the first one wins."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=file.parent) as draft:
        draft.write(text)
        draft.flush()
        try:
            os.link(draft.name, file)
        except FileExistsError:
            pass
