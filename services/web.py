"""What a web worker process loads: the app of the service that PLENARY_SERVICE names."""

import importlib
import os
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from shared.bus.broker import AmqpBus
from shared.log import log, set_up_logging
from shared.mail.mailbox_app import make_mailbox_app
from shared.runtime import Runtime, spare_the_collector
from shared.settings import ServiceSettings, load_settings
from shared.web.metrics import serve_numbers

MOST_PROCESSES = 16


def create_app() -> Flask:
    """A web process publishes nothing itself: it writes to the outbox, and the worker relays."""
    name = os.environ["PLENARY_SERVICE"]
    service = importlib.import_module(f"services.{name}.app").SERVICE
    settings = load_settings(service.settings, name, os.environ)
    set_up_logging(settings.log_level)
    runtime = Runtime(service, settings, AmqpBus(settings.bus_url))
    app = runtime.app
    mailbox = make_mailbox_app(settings.mail_url)
    inner = _beside(mailbox, app.wsgi_app) if mailbox is not None else app.wsgi_app
    # nginx stands in front; without this all visitors would share its address, and with it their limits.
    app.wsgi_app = ProxyFix(inner, x_for=1, x_proto=1)  # type: ignore[method-assign]
    _serve_numbers(runtime, settings)
    spare_the_collector()
    return app


def _beside(mailbox: WSGIApplication, app: WSGIApplication) -> WSGIApplication:
    """Where mail stays in a mailbox, its page is at /mailbox/."""

    def choose(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        return (mailbox if path.startswith("/mailbox/") else app)(environ, start_response)

    return choose


def _serve_numbers(runtime: Runtime, settings: ServiceSettings) -> None:
    """Each web process counts for itself: the first is asked at the metrics port, the next one port higher."""
    if not settings.metrics_port:
        return
    first = settings.metrics_port
    try:
        serve_numbers(
            runtime.metrics, settings.metrics_host, range(first, first + MOST_PROCESSES), lambda: True
        )
    except OSError as error:
        log.warning("no port for numbers", port=first, reason=str(error))
