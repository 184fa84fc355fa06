"""A worker notices when one of its loops has ended, says so to its health check, and makes way for a new process."""

import http.client
import time
from dataclasses import replace
from pathlib import Path

from services.serving import EmbeddedServer
from tests.harness import SteppedStack
from tests.provision.processes import free_ports
from tests.shared.toys import create_tables, toy_services

PATIENCE_SECONDS = 10


def livez(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/livez")
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_loop_that_has_ended_is_named_and_makes_the_worker_unhealthy(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    teller, listener = toy_services()
    ended = []

    def end_when_told(_database, _settings, _stop) -> None:
        while not ended:
            time.sleep(0.01)

    services = (replace(teller, loops={"short": end_when_told}), listener)
    stack = SteppedStack({"DATA": str(tmp_path), "PLENARY_SESSIONS_METRICS_PORT": str(port)}, services)
    for runtime in stack.runtimes.values():
        create_tables(runtime)
    stack.start()
    assert (stack.service("sessions").lost_loops(), livez(port)) == ([], 200)
    ended.append(True)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while livez(port) == 200:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert stack.service("sessions").lost_loops() == stack.lost_loops() == ["sessions.short"]
    stack.stop()


def test_the_one_process_stops_serving_when_it_has_to(monkeypatch) -> None:
    monkeypatch.setattr("services.serving.ASKS_EVERY", 0.0)
    (port,) = free_ports(1)
    asked = []
    server = EmbeddedServer(lambda *_: [], host="127.0.0.1", port=port)
    server.run(lambda: asked.append(True) or len(asked) > 1)
    server.close()
    assert len(asked) == 2
