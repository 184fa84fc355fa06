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
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from shared.bus.publisher import BusAway
from shared.bus.queues import queues_of
from shared.bus.status import Lag, bus_status
from shared.clock import now
from shared.db import Database


class _BusState(Collector):
    """The service's own tables; the lag is a summary of the last 200 events."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[Metric]:
        answers = self._database.answers()
        yield _gauge("plenary_ready", "1 while the database answers.", answers)
        if not answers:
            return
        with self._database.read() as db:
            state = bus_status(db, now())
        going, coming = state.outgoing, state.incoming
        yield _gauge("plenary_outbox_waiting", "Events not sent yet, replays aside.", going.waiting)
        yield _gauge(
            "plenary_outbox_oldest_seconds", "How long the first of them has waited.", going.oldest_seconds
        )
        yield _gauge("plenary_outbox_degraded", "1 once that is more than 30 seconds.", going.degraded)
        left = sum(replay.left for replay in state.replays)
        yield _gauge("plenary_replay_left", "Events still to be told once more.", left)
        yield _gauge("plenary_inbox_retry", "Events that failed and will be tried again.", coming.retry)
        yield _gauge("plenary_inbox_stuck", "Those of them that failed ten times or more.", coming.stuck)
        yield _gauge(
            "plenary_inbox_retry_oldest_seconds",
            "How long ago the first of them was heard.",
            coming.oldest_seconds,
        )
        yield _gauge("plenary_inbox_parked", "Events that were given up.", coming.parked)
        if state.lag is not None:
            yield from _lag(state.lag)


class QueueState(Collector):
    """What the broker holds for one service, asked whenever somebody asks; nothing on the in-process bus."""

    def __init__(self, url: str, service: str) -> None:
        self._url = url
        self._service = service

    def collect(self) -> Iterator[Metric]:
        try:
            queues = queues_of(self._url, self._service)
        except BusAway:
            yield _gauge("plenary_broker_answers", "1 while the broker answers.", 0)
            return
        if queues is not None:
            yield _gauge("plenary_broker_answers", "1 while the broker answers.", 1)
            yield _gauge("plenary_queue_waiting", "Messages not taken yet.", queues.waiting)
            yield _gauge("plenary_queue_given_up", "Messages that were delivered too often.", queues.given_up)


def _lag(lag: Lag) -> Iterator[Metric]:
    yield _gauge(
        "plenary_inbox_newest_seconds",
        "How long ago the newest event that was heard was told.",
        lag.newest_seconds,
    )
    took = GaugeMetricFamily(
        "plenary_inbox_lag_seconds", "From telling to hearing, last 200 events.", labels=["quantile"]
    )
    took.add_metric(["0.5"], lag.half_seconds)
    took.add_metric(["0.95"], lag.most_seconds)
    yield took


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=float(value))


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
