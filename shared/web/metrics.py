"""Numbers for Prometheus, one registry per app, served on a port of their own."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from socketserver import ThreadingMixIn
from typing import Any, cast
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Histogram, make_wsgi_app
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from shared.db import Database
from shared.web.health import readiness


class _BusState(Collector):
    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        state = readiness(self._database)
        ready = GaugeMetricFamily("plenary_ready", "1 while the database answers.")
        ready.add_metric([], 1.0 if state["status"] == "ok" else 0.0)
        yield ready
        if state["status"] != "ok":
            return
        for group, numbers in (("outbox", state["outbox"]), ("inbox", state["inbox"])):
            for name, value in numbers.items():
                gauge = GaugeMetricFamily(
                    f"plenary_{group}_{name}", f"The {group}: {name.replace('_', ' ')}."
                )
                gauge.add_metric([], float(value))
                yield gauge


def make_registry(database: Database) -> CollectorRegistry:
    """A registry that knows the state of the bus whenever it is asked."""
    registry = CollectorRegistry()
    registry.register(_BusState(database))
    return registry


def install_metrics(app: Flask, registry: CollectorRegistry) -> Histogram:
    """Time every request; returns where the times go."""
    seconds = Histogram(
        "plenary_request_seconds", "Time to answer.", ["endpoint", "method", "status"], registry=registry
    )

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def stop(response: Response) -> Response:
        if "started" in g:
            endpoint = request.endpoint or "none"
            seconds.labels(endpoint, request.method, response.status_code).observe(
                time.perf_counter() - g.started
            )
        return response

    return seconds


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nobody needs to know that a monitor asked."""


def serve_numbers(
    registry: CollectorRegistry, host: str, ports: Iterable[int], is_well: Callable[[], bool]
) -> WSGIServer:
    """Serve /metrics, and /livez by `is_well`, in a thread on the first free of these ports; raises OSError."""
    numbers = make_wsgi_app(registry)

    def app(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != "/livez":
            return cast(Iterable[bytes], numbers(environ, start_response))
        well = is_well()
        start_response("200 OK" if well else "503 Service Unavailable", [("Content-Type", "text/plain")])
        return [b"ok\n" if well else b"not well\n"]

    server = _bound(app, host, ports)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server


def _bound(app: Any, host: str, ports: Iterable[int]) -> WSGIServer:
    refused: OSError | None = None
    for port in ports:
        try:
            return make_server(host, port, app, _Server, _Silent)
        except OSError as error:
            refused = error
    raise refused or OSError("no port to serve numbers on")
