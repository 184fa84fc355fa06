"""An HLS origin on the loopback address that plays a real clip live, and misbehaves on demand."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from services.streaming_gateway.media.fetching import OriginFault, read_allowance
from services.streaming_gateway.media.loop import Clip
from services.streaming_gateway.media.origin_reader import OriginReader
from services.streaming_gateway.media.source import Segment

LISTED = 6
LOOPBACK = read_allowance("127.0.0.1")
ENDLESS = b"#" * 65536


class LiveOrigin:
    """Serves `clip` as a live stream at `url`. `playlist` and `segment` replace what it says; all requests are counted.

    A replacement takes the true bytes and the handler; it returns other bytes, or None when it has answered itself.
    """

    def __init__(self, clip: Clip, port: int = 0) -> None:
        self._clip = clip
        self._began = time.time()
        self.first_number = 1000
        self.prefix = "a"
        self.playlist: Callable[[bytes, Any], bytes | None] | None = None
        self.segment: Callable[[bytes, Any], bytes | None] | None = None
        self.asked: Counter[str] = Counter()
        self.port = port
        self._listen()
        self.url = f"http://127.0.0.1:{self.port}/live/index.m3u8"

    def restart_numbering(self) -> None:
        """What an encoder does that was killed: it begins again, with other names."""
        self._began, self.first_number, self.prefix = time.time(), 0, f"{self.prefix}b"

    def live_playlist(self) -> bytes:
        """The last six segments of the clip, by the clock; the third second after a start already has one."""
        newest = int((time.time() - self._began) / self._clip.target) + 2
        first = max(0, newest - LISTED + 1)
        lines = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{self._clip.target}"]
        lines.append(f"#EXT-X-MEDIA-SEQUENCE:{self.first_number + first}")
        for number in range(first, newest + 1):
            place = number % len(self._clip.files)
            if place == 0 and number:
                lines.append("#EXT-X-DISCONTINUITY")
            lines += [f"#EXTINF:{self._clip.durations[place]:.3f},", f"{self.prefix}{number}.ts"]
        return ("\n".join(lines) + "\n").encode()

    def content_of(self, name: str) -> bytes:
        number = int("".join(mark for mark in name if mark.isdigit()))
        return self._clip.files[number % len(self._clip.files)].read_bytes()

    def stop_listening(self) -> None:
        """Refuse whoever comes, and hang up on whoever is there."""
        self._server.shutdown()
        self._server.server_close()
        self._server.hang_up()

    def recover(self) -> None:
        """Be a good origin again."""
        self.playlist = self.segment = None
        if self._server.socket.fileno() < 0:
            self._listen()

    def close(self) -> None:
        if self._server.socket.fileno() >= 0:
            self.stop_listening()

    def _listen(self) -> None:
        self._server = _Server(("127.0.0.1", self.port), _handler_for(self))
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def hang_up(self) -> None:
        for connection in self._open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it is closed already

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what these tests are about."""


def _handler_for(origin: LiveOrigin) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            origin.asked[self.path] += 1
            is_playlist = self.path.endswith(".m3u8")
            replace = origin.playlist if is_playlist else origin.segment
            try:
                body = origin.live_playlist() if is_playlist else origin.content_of(self.path)
            except ValueError:
                return self.send(b"not found", status=404)
            if replace is not None:
                replaced = replace(body, self)
                if replaced is None:
                    return None
                body = replaced
            return self.send(body)

        def send(self, body: bytes, status: int = 200, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Tests look at `asked`."""

    return Handler


@contextmanager
def live_origin(clip: Clip) -> Iterator[LiveOrigin]:
    origin = LiveOrigin(clip)
    yield origin
    origin.close()


def instead(body: bytes) -> Callable[[bytes, Any], bytes]:
    """Say this, whatever is asked."""
    return lambda _body, _handler: body


def status(number: int, **headers: str) -> Callable[[bytes, Any], None]:
    return lambda _body, handler: handler.send(b"", status=number, **headers)


def hang(_body: bytes, handler: Any) -> None:
    """Take the request and never answer, until the client gives up."""
    handler.connection.settimeout(20)
    try:
        handler.connection.recv(1)
    except OSError:
        pass
    handler.close_connection = True


def drip(body: bytes, handler: Any) -> None:
    """A byte at a time, four a second."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    for byte in body[:80]:
        try:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.25)


def endless(_body: bytes, handler: Any) -> None:
    """As many bytes as the client takes, at most 200 MB."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(3200):
        try:
            handler.wfile.write(ENDLESS)
        except OSError:
            return
    handler.close_connection = True


def break_off(body: bytes, handler: Any) -> None:
    """Promise all, send half."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def brought(reader: OriginReader) -> list[Segment]:
    return list(reader.look())


def refusal(reader: OriginReader) -> str:
    with pytest.raises(OriginFault) as fault:
        brought(reader)
    return str(fault.value)


def until_new(reader: OriginReader) -> list[Segment]:
    """Look until the origin has something new."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if found := brought(reader):
                return found
        except OriginFault:
            pass
        time.sleep(0.1)
    raise AssertionError("the origin brought nothing")
