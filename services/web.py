"""What a web worker process loads: the app of the service that PLENARY_SERVICE names."""

import importlib
import os

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from shared.bus.broker import AmqpBus
from shared.log import set_up_logging
from shared.runtime import Runtime
from shared.settings import load_settings


def create_app() -> Flask:
    """A web process publishes nothing itself: it writes to the outbox, and the worker relays."""
    name = os.environ["PLENARY_SERVICE"]
    service = importlib.import_module(f"services.{name}.app").SERVICE
    settings = load_settings(service.settings, name, os.environ)
    set_up_logging(settings.log_level)
    app = Runtime(service, settings, AmqpBus(settings.bus_url)).app
    # nginx stands in front; without this all visitors would share its address, and with it their limits.
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    return app
