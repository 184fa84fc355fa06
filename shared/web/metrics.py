"""Numbers for Prometheus, one registry per app, served on a port of their own."""

import time
from collections.abc import Iterator

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Histogram
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


def install_metrics(app: Flask, registry: CollectorRegistry) -> None:
    """Time every request."""
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
