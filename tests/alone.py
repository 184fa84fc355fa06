"""One service without the others, with empty tables, for tests that tell it its facts themselves."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from services.settings import embedded_environ
from shared.bus.broker import bus_of
from shared.db import Plumbing
from shared.runtime import Runtime
from shared.service import Service
from shared.settings import load_settings

# Tests look again at once, and want to see what they have just done.
UNSHARED = {
    "PLENARY_SESSIONS_SHARED_ANSWER_MS": "0",
    "PLENARY_STREAMING_GATEWAY_SHARED_ANSWER_MS": "0",
}


@contextmanager
def alone(service: Service, environ: Mapping[str, str]) -> Iterator[Runtime]:
    """The service on the database that PLENARY_DATABASE_URL names; nothing of it runs by itself."""
    url = {f"PLENARY_{service.name.upper()}_DATABASE_URL": environ["PLENARY_DATABASE_URL"], **UNSHARED}
    settings = load_settings(service.settings, service.name, embedded_environ({**environ, **url}))
    runtime = Runtime(service, settings, bus_of("memory:", {service.name: service.subscriptions}))
    for metadata in (Plumbing.metadata, service.metadata):
        metadata.create_all(runtime.database.engine)
    yield runtime
    runtime.database.close()
