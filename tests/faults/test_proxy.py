"""The proxy of the fault driver really does to a connection what it says."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.faults.proxy import DOWN, UP, Proxy


def echo(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_answer, args=(connection,), daemon=True).start()


def _answer(connection: socket.socket) -> None:
    with connection:
        try:
            while data := connection.recv(65536):
                connection.sendall(data)
        except OSError:
            return


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """Before a server that says again what it hears."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=echo, args=(listener,), daemon=True)
        thread.start()
        made = Proxy(listener.getsockname()[1], seed=1)
        yield made
        made.close()
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.fixture
def line(proxy: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as connection:
        yield connection


def say(line: socket.socket, words: bytes) -> bytes:
    line.sendall(words)
    heard = b""
    while len(heard) < len(words):
        piece = line.recv(65536)
        if not piece:
            break
        heard += piece
    return heard


@pytest.mark.parametrize("directions", [(UP,), (DOWN,), (UP, DOWN)])
def test_a_silent_direction_passes_nothing_on_until_it_heals(
    proxy: Proxy, line: socket.socket, directions: tuple[str, ...]
) -> None:
    assert say(line, b"one") == b"one"
    proxy.silence(*directions)
    line.settimeout(0.3)
    with pytest.raises(TimeoutError):
        say(line, b"two")
    assert proxy.passed == {UP: 3 if UP in directions else 6, DOWN: 3}
    proxy.heal()
    line.settimeout(5)
    assert line.recv(10) == b"two"


def test_a_slow_network_passes_on_so_many_bytes_a_second(proxy: Proxy, line: socket.socket) -> None:
    proxy.throttle(20_000)
    began = time.monotonic()
    assert say(line, b"x" * 8_000) == b"x" * 8_000
    assert time.monotonic() - began >= 0.4


def test_a_late_network_passes_everything_on_later(proxy: Proxy, line: socket.socket) -> None:
    proxy.delay(0.1)
    began = time.monotonic()
    assert say(line, b"late") == b"late"
    assert time.monotonic() - began >= 0.2  # there and back


@pytest.mark.parametrize("fault", [lambda proxy: proxy.cut_after(1000), lambda proxy: proxy.reset()])
def test_a_cut_connection_ends_and_the_next_one_is_good(
    proxy: Proxy, line: socket.socket, fault: object
) -> None:
    assert say(line, b"one") == b"one"
    assert callable(fault)
    fault(proxy)
    with pytest.raises(ConnectionError):
        say(line, b"x" * 5_000)
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as another:
        assert say(another, b"again") == b"again"
