"""The loops of a service, running by themselves: what is committed arrives, and the numbers say so."""

import time
import urllib.request
from uuid import uuid4

from shared.bus import publish
from tests.harness import SteppedStack
from tests.provision.processes import free_ports
from tests.shared.test_bus import effects
from tests.shared.toys import create_tables, stated, toy_services

PATIENCE_SECONDS = 10


def test_an_event_arrives_by_itself_and_the_metrics_show_an_empty_outbox(tmp_path) -> None:
    (port,) = free_ports(1)
    environ = {"DATA": str(tmp_path), "PLENARY_SESSIONS_METRICS_PORT": str(port)}
    stack = SteppedStack(environ, toy_services())
    for runtime in stack.runtimes.values():
        create_tables(runtime)
    stack.start()
    with stack.service("sessions").database.write() as db:
        publish(db, stated(uuid4()))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "plenary_outbox_waiting 0.0" not in numbers(port):
        assert time.monotonic() < deadline, numbers(port)
        time.sleep(0.02)
    assert effects(stack) == [("fine", 1)]
    stack.stop()


def numbers(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return str(answer.read().decode())
