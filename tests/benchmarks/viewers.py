"""What it costs to show a stage to many viewers: embedded, through nginx, and as files of a bare nginx."""

import argparse
import os
import selectors
import shutil
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from services.streaming_gateway.media.clips import ClipStore
from services.streaming_gateway.media.loop import Clip
from tests.benchmarks.bare_nginx import bare_nginx, nginx_pids
from tests.conftest import CLIPS
from tests.provision.nginx import nginx
from tests.served import Served, serving
from tests.streaming_gateway.clips import made_clips

TARGET = 4
SEGMENT_BYTES = 1_500_000  # 3 Mbit/s
NULL_PACKET = b"\x47\x1f\xff\x10" + b"\xff" * 184
TICKS = os.sysconf("SC_CLK_TCK")
BUFFERED = 3  # segments that a viewer has before it starts


@dataclass
class Figures:
    """What the viewers of one run saw, and what it cost the server."""

    playlist_ms: list[float] = field(default_factory=list)
    segment_ms: list[float] = field(default_factory=list)
    errors: int = 0
    stalls: int = 0
    bytes: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    def add(self, other: "Figures") -> None:
        """Another round of the same."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def viewers_per_core(self, viewers: int) -> float:
        return viewers * self.seconds / self.cpu_seconds


class Viewer:
    """A player on one kept-alive connection: reads the playlist every target duration, and each new segment once."""

    def __init__(self, address: tuple[str, int], path: str, starts_at: float, figures: Figures) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setblocking(False)
        self.folder, self.path = path.rpartition("/")[0], path
        self.figures = figures
        self.next_at = starts_at
        self.wanted: list[str] = []
        self.seen: set[str] = set()
        self.received = bytearray()
        self.left = -1
        self.asked_at = 0.0
        self.is_playlist = False
        self.buffer_until = 0.0
        self.segments = 0

    def step(self, now: float) -> None:
        """Ask for what is next, if nothing is under way."""
        if self.asked_at or (not self.wanted and now < self.next_at):
            return
        self.is_playlist = not self.wanted
        path = self.path if self.is_playlist else f"{self.folder}/{self.wanted.pop(0)}"
        if self.is_playlist:
            self.next_at = max(self.next_at + TARGET, now)
        self.asked_at = now
        self.socket.send(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())

    def read(self, scratch: bytearray) -> None:
        """Take what has come; segments are counted and thrown away."""
        size = self.socket.recv_into(scratch)
        if size == 0:
            raise ConnectionError("the server hung up")
        self.figures.bytes += size
        if self.left < 0:
            self.received += scratch[:size]
            head, found, rest = self.received.partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 200"):
                self.figures.errors += 1
            lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            self.left = int(lengths[0].split(b":")[1]) - len(rest)
            self.received = bytearray(rest) if self.is_playlist else bytearray()
        else:
            self.left -= size
            if self.is_playlist:
                self.received += scratch[:size]
        if self.left == 0:
            self._done(time.monotonic())

    def _done(self, now: float) -> None:
        took = (now - self.asked_at) * 1000
        self.left, self.asked_at = -1, 0.0
        if self.is_playlist:
            self.figures.playlist_ms.append(took)
            names = [line for line in self.received.decode().splitlines() if line.endswith(".ts")]
            fresh = [name for name in names[-BUFFERED:] if name not in self.seen]
            self.seen.update(fresh)
            self.wanted += fresh
        else:
            self.figures.segment_ms.append(took)
            self._play(now)
        self.received = bytearray()

    def _play(self, now: float) -> None:
        """A segment came: was the picture still moving?"""
        self.segments += 1
        if self.segments > BUFFERED and now > self.buffer_until:
            self.figures.stalls += 1
            self.buffer_until = now
        self.buffer_until = max(self.buffer_until, now) + TARGET


def watch(address: tuple[str, int], path: str, pids: list[int], *, viewers: int, seconds: float) -> Figures:
    """So many viewers, who arrive over one target duration, for so long."""
    figures, began = Figures(), time.monotonic()
    with selectors.DefaultSelector() as selector:
        crowd = [
            Viewer(address, path, began + TARGET * number / viewers, figures) for number in range(viewers)
        ]
        for viewer in crowd:
            selector.register(viewer.socket, selectors.EVENT_READ, viewer)
        scratch, cpu = bytearray(1 << 20), cpu_seconds(pids)
        while (now := time.monotonic()) - began < seconds:
            for viewer in crowd:
                viewer.step(now)
            for key, _ in selector.select(0.005):
                key.data.read(scratch)
        figures.cpu_seconds = cpu_seconds(pids) - cpu
        figures.seconds = time.monotonic() - began
        for viewer in crowd:
            viewer.socket.close()
    return figures


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of these processes."""
    total = 0
    for pid in pids:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(words[11]) + int(words[12])
    return total / TICKS


@contextmanager
def heavy_clips() -> Iterator[Path]:
    """Clips of 3 Mbit/s and four seconds a segment, under the name at which the gateway looks for its own."""
    _, programme = made_clips()
    with tempfile.TemporaryDirectory(prefix="plenary-clips-") as name:
        made = Path(name) / ClipStore(CLIPS).folder.name
        shutil.copytree(ClipStore(CLIPS).folder, made)
        _make_heavy(programme, made / "programme")
        yield Path(name)


def _make_heavy(programme: Clip, folder: Path) -> None:
    lines = ["#EXTM3U", f"#EXT-X-TARGETDURATION:{TARGET}"]
    for place in range(0, len(programme.files), 2):
        content = b"".join(file.read_bytes() for file in programme.files[place : place + 2])
        padding = (SEGMENT_BYTES - len(content)) // len(NULL_PACKET)
        (folder / f"{place:03d}.ts").write_bytes(content + NULL_PACKET * padding)
        lines += [f"#EXTINF:{TARGET}.0,", f"{place:03d}.ts"]
    (folder / "index.m3u8").write_text("\n".join(lines) + "\n#EXT-X-ENDLIST\n")


def wait_for_stage(folder: Path) -> str:
    """The path of the first playlist below a media folder, once it lists enough to start with."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for playlist in folder.glob("public/*/index.m3u8"):
            if playlist.read_text().count(".ts") >= BUFFERED:
                return f"/live/media/{playlist.relative_to(folder)}"
        time.sleep(0.2)
    raise RuntimeError("no stage is on air")


def show(name: str, figures: Figures, viewers: int, against: Figures | None = None) -> float:
    """Print one run; returns its viewers per core against another's."""
    playlist, segment = percentiles(figures.playlist_ms), percentiles(figures.segment_ms)
    ratio = figures.viewers_per_core(viewers) / against.viewers_per_core(viewers) if against else 1.0
    print(
        f"{name:22} playlist p50 {playlist[0]:6.1f} p99 {playlist[1]:6.1f} ms, "
        f"segment p50 {segment[0]:6.1f} p99 {segment[1]:6.1f} ms, "
        f"{figures.bytes / figures.seconds / 2**20:4.0f} MiB/s, stalls {figures.stalls}, errors {figures.errors}, "
        f"{figures.viewers_per_core(viewers):6.0f} viewers per core, ratio {ratio:.2f}",
        flush=True,
    )
    return ratio


def percentiles(values: list[float]) -> tuple[float, float]:
    ordered = sorted(values) or [0.0]
    return statistics.median(ordered), ordered[int(len(ordered) * 0.99)]


def measure(served: Served, media: Path, *, viewers: int, seconds: float, rounds: int) -> None:
    """nginx both ways in turns, because what else the machine does changes by the minute; then the embedded server."""
    assert served.process is not None
    path = wait_for_stage(media)
    print(f"{viewers} viewers at 3 Mbit/s, {rounds} x {seconds:.0f} s each")
    bare, through, embedded = Figures(), Figures(), Figures()
    for _ in range(rounds):
        with bare_nginx(media) as (address, pids):
            bare.add(watch(address, path, pids, viewers=viewers, seconds=seconds))
        with (
            tempfile.TemporaryDirectory(prefix="plenary-nginx-") as name,
            nginx(Path(name), {"PLENARY_MEDIA_DIR": str(media)}) as base,
        ):
            address = ("127.0.0.1", int(base.rpartition(":")[2]))
            through.add(watch(address, path, nginx_pids(name), viewers=viewers, seconds=seconds))
        address = ("127.0.0.1", served.port)
        embedded.add(watch(address, path, [served.process.pid], viewers=viewers, seconds=seconds))
    show("nginx, bare files", bare, viewers)
    show("through nginx", through, viewers, bare)
    show("embedded", embedded, viewers, bare)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    with heavy_clips() as clips, tempfile.TemporaryDirectory(prefix="plenary-viewers-") as folder:
        environ = {
            "DATA": folder,
            "PLENARY_LOG_LEVEL": "ERROR",
            "PLENARY_STREAMING_GATEWAY_CLIPS_DIR": str(clips),
        }
        with serving(environ) as served:
            media = Path(folder) / "streaming_gateway" / "media"
            measure(served, media, viewers=chosen.viewers, seconds=chosen.seconds, rounds=chosen.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
