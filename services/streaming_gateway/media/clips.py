"""Makes the clips that play without an origin, once: the slate first, because it may be needed first."""

import fcntl
import hashlib
import inspect
import shutil
import subprocess
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import imageio_ffmpeg
from PIL import Image

from services.streaming_gateway.media import pictures
from services.streaming_gateway.media.loop import Clip, read_clip
from shared.log import log

SEGMENT_SECONDS = 2
AGAIN_SECONDS = 60.0  # after a failure: a disk that was full may have room again
SLATE_SECONDS = 60  # each round of it is a break
KEYS = str(SEGMENT_SECONDS * pictures.RATE)
SLATE_SOUND = "anullsrc=r=48000:cl=stereo"
PROGRAMME_SOUND = "sine=f=220:b=4:r=48000,volume=0.08,pan=stereo|c0=c0|c1=c0"
ENCODING = (
    *("-c:v", "libx264", "-preset", "veryfast", "-profile:v", "main", "-pix_fmt", "yuv420p", "-threads", "1"),
    *("-g", KEYS, "-keyint_min", KEYS, "-sc_threshold", "0", "-maxrate", "700k", "-bufsize", "1400k"),
    *("-c:a", "aac", "-b:a", "64k", "-ac", "2"),
    *("-f", "hls", "-hls_time", str(SEGMENT_SECONDS), "-hls_playlist_type", "vod"),
)


class ClipStore:
    """A folder of clips, made in the background by whoever asks first."""

    def __init__(self, folder: Path) -> None:
        # Changed pictures or settings are other clips; old ones may still be playing somewhere.
        made_by = repr((ENCODING, SLATE_SOUND, PROGRAMME_SOUND, SLATE_SECONDS)) + inspect.getsource(pictures)
        self.folder = folder / hashlib.sha256(made_by.encode()).hexdigest()[:16]
        self._clips: dict[str, Clip] = {}
        self._maker: threading.Thread | None = None
        self._failed_at = 0.0
        self.failure = ""

    def slate(self) -> Clip | None:
        return self._find("slate")

    def programme(self) -> Clip | None:
        return self._find("programme")

    def _find(self, name: str) -> Clip | None:
        """The clip, or None while it is being made."""
        if name not in self._clips:
            clip = read_clip(self.folder / name)
            if clip is None:
                self._make()
                return None
            self._clips[name] = clip
        return self._clips[name]

    def _make(self) -> None:
        is_making = self._maker is not None and self._maker.is_alive()
        has_just_failed = self.failure and time.monotonic() - self._failed_at < AGAIN_SECONDS
        if not (is_making or has_just_failed):
            self._maker = threading.Thread(target=self._make_all, name="clips", daemon=True)
            self._maker.start()

    def _make_all(self) -> None:
        still = [pictures.slate()] * (SLATE_SECONDS * pictures.RATE)
        try:
            for name, frames, sound in (
                ("slate", still, SLATE_SOUND),
                ("programme", pictures.programme(), PROGRAMME_SOUND),
            ):
                make_clip(self.folder / name, frames, sound)
            self.failure = ""
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            self._failed_at = time.monotonic()
            self.failure = f"the pictures for pauses could not be made: {error}"[:300]
            log.error("clips could not be made", reason=str(error)[:500])


def make_clip(folder: Path, frames: Iterable[Image.Image], sound: str) -> None:
    """Encode frames with a sound (an ffmpeg filter) into HLS segments; the folder appears when it is complete.

    Whoever comes while another process makes it waits for that.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if read_clip(folder) is None:
            _encode(folder, frames, sound)


def _encode(folder: Path, frames: Iterable[Image.Image], sound: str) -> None:
    draft = folder.with_suffix(".part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{pictures.WIDTH}x{pictures.HEIGHT}"]
    command = [
        _ffmpeg(),
        *("-v", "error", "-y", *raw, "-r", str(pictures.RATE), "-i", "-", "-f", "lavfi", "-i", sound),
        *("-shortest", *ENCODING, "-hls_segment_filename", str(draft / "%03d.ts"), str(draft / "index.m3u8")),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as encoder:
        assert encoder.stdin is not None  # noqa: S101 - a pipe was asked for
        try:
            for frame in frames:
                encoder.stdin.write(frame.tobytes())
        except BrokenPipeError:
            pass  # its last words say why
        _, words = encoder.communicate()
    if encoder.returncode != 0 or read_clip(draft) is None:  # a full disk is no failure to ffmpeg
        raise RuntimeError(words.decode(errors="replace")[-300:] or "what was written is not whole")
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def _ffmpeg() -> str:
    """The machine's own, or the one that comes as a Python package."""
    return shutil.which("ffmpeg") or str(imageio_ffmpeg.get_ffmpeg_exe())
