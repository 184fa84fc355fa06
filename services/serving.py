"""The web server of the all-in-one process: waitress, set up for a crowd that keeps its connections open."""

import logging
import time
from collections.abc import Callable
from typing import Any
from wsgiref.types import WSGIApplication

from waitress import wasyncore
from waitress.server import create_server

THREADS = 8
MOST_CONNECTIONS = 2000
CROWD = 100
BREATH_SECONDS = 0.003
ASKS_EVERY = 5.0


class EmbeddedServer:
    """Listens as soon as it is made; raises ValueError where it cannot."""

    def __init__(self, app: WSGIApplication, *, host: str, port: int) -> None:
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a short queue is what threads are for
        self._connections: dict[int, Any] = {}
        try:
            self._server = create_server(
                app,
                map=self._connections,
                host=host,
                port=port,
                threads=THREADS,
                ident=None,
                clear_untrusted_proxy_headers=True,
                connection_limit=MOST_CONNECTIONS,
                asyncore_use_poll=True,
            )
        except OSError as error:
            raise ValueError(
                f"port {port} on {host} cannot be used ({error.strerror}); choose another with PORT="
            ) from error

    def run(self, has_to_end: Callable[[], bool]) -> None:
        """Serve until interrupted, or until `has_to_end`, which is asked every few seconds.

        Each look at the connections costs as much as they are many, so a crowd waits.
        """
        asked_at = time.monotonic()
        while self._connections:
            if time.monotonic() - asked_at > ASKS_EVERY:
                asked_at = time.monotonic()
                if has_to_end():
                    return
            wasyncore.loop(timeout=1.0, use_poll=True, map=self._connections, count=1)
            if len(self._connections) > CROWD:
                time.sleep(BREATH_SECONDS)

    def close(self) -> None:
        """Finish what the threads are at, then let go of the port."""
        self._server.task_dispatcher.shutdown()
        self._server.close()
