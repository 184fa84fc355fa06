"""The PostgreSQL and the RabbitMQ that all rows of a run share; each starts when the first row asks for it."""

import json
import tempfile
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

from shared.bus.broker_users import hash_password, users
from shared.bus.topology import definitions
from tests.faults.toys import SUBSCRIPTIONS
from tests.provision.postgres import postgres
from tests.provision.rabbitmq import Node, node

VHOST = "plenary"
DRIVER = "driver"  # the broker's administrator; nobody needs to keep its password secret


class Servers:
    """Started when first asked for; the broker loads its definitions at every start, as the deployment's does."""

    def __init__(self) -> None:
        self._open = ExitStack()

    @cached_property
    def postgres(self) -> str:
        """The SQLAlchemy URL of the superuser on the database postgres."""
        return self._open.enter_context(postgres())

    @cached_property
    def node(self) -> Node:
        folder = self._open.enter_context(tempfile.TemporaryDirectory(prefix="plenary-definitions-"))
        file = Path(folder) / "definitions.json"
        file.write_text(json.dumps(broker_definitions()))
        return self._open.enter_context(node({"load_definitions": str(file), "heartbeat": "10"}))

    def bus_url(self, user: str, port: int | None = None) -> str:
        """Passwords are the names, said twice."""
        return f"amqp://{user}:{user}{user}@127.0.0.1:{port or self.node.port}/{VHOST}"

    def close(self) -> None:
        self._open.close()


def broker_definitions() -> dict[str, object]:
    """The deployment's topology, policies and least-privilege users for the toys, and an administrator."""
    passwords = {service: service * 2 for service in SUBSCRIPTIONS}
    loaded = {**definitions(SUBSCRIPTIONS, VHOST), **users(passwords, VHOST)}
    loaded["users"] = [
        *loaded["users"],
        {
            "name": DRIVER,
            "password_hash": hash_password(DRIVER * 2),
            "hashing_algorithm": "rabbit_password_hashing_sha256",
            "tags": "administrator",
        },
    ]
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    loaded["permissions"] = [*loaded["permissions"], {"user": DRIVER, "vhost": VHOST, **everything}]
    return loaded
