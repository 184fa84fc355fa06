"""A TCP proxy of our own that makes a network bad: slow, late, silent in one direction or both, cut off."""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Coroutine
from typing import Any

CHUNK = 4096
UP, DOWN = "up", "down"  # from the service to the server, and back


class Proxy:
    """Listens on a port of its own and passes on to `target`, from a thread with its own event loop.

    Faults hold for all connections, open and new, until `heal()`. Of a silent direction nobody is told: bytes that
    were sent arrive when it heals, as TCP would send them again. `seed` decides where `cut_after` cuts.
    """

    def __init__(self, target: int, *, seed: int = 0) -> None:
        self.port = 0
        self.passed = {UP: 0, DOWN: 0}
        self._target = target
        self._chance = random.Random(seed)
        self._open = {UP: asyncio.Event(), DOWN: asyncio.Event()}
        self._delay = 0.0
        self._rate = 0.0
        self._left: int | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()
        self._do(self._silence(frozenset()))
        self._server: asyncio.Server = self._do(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]

    def silence(self, *directions: str) -> None:
        """Pass on nothing in these directions; connections stay as they are."""
        self._do(self._silence(frozenset(directions)))

    def delay(self, seconds: float) -> None:
        """Pass on each piece of at most 4 KiB so much later."""
        self._delay = seconds

    def throttle(self, bytes_per_second: float) -> None:
        """Pass on so much in each direction of each connection."""
        self._rate = bytes_per_second

    def cut_after(self, most: int) -> None:
        """Reset everything when some number of bytes, at most this one, has passed."""
        self._left = self._chance.randrange(most)

    def reset(self) -> None:
        """End every connection in both directions at once."""
        self._do(self._reset())

    def heal(self) -> None:
        """A good network again."""
        self._delay, self._rate, self._left = 0.0, 0.0, None
        self._do(self._silence(frozenset()))

    def close(self) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, what: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _end(self) -> None:
        self._server.close()
        await self._reset()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _silence(self, directions: frozenset[str]) -> None:
        for name, is_open in self._open.items():
            if name in directions:
                is_open.clear()
            else:
                is_open.set()

    async def _reset(self) -> None:
        for writer in list(self._writers):
            # With this a close is a reset, and what is still under way is dropped.
            connection = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, far_writer}
        self._writers |= both
        try:
            await asyncio.gather(
                self._pass(reader, far_writer, UP),
                self._pass(far_reader, writer, DOWN),
            )
        except (OSError, asyncio.CancelledError):
            pass  # one side is gone, and so is the other in a moment; or all of this is
        finally:
            self._writers -= both
            for one in both:
                one.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: str) -> None:
        while data := await reader.read(CHUNK):
            await asyncio.sleep(self._delay + (len(data) / self._rate if self._rate else 0.0))
            await self._open[direction].wait()
            if self._left is not None:
                self._left -= len(data)
                if self._left < 0:
                    self._left = None
                    await self._reset()
                    return
            writer.write(data)
            self.passed[direction] += len(data)
            await writer.drain()
        await self._open[direction].wait()  # the end of a connection is a packet like any other
        writer.write_eof()
