"""One broker user per service: it publishes its own events, reads its own queues, and may do nothing else."""

import hashlib
import os
import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from shared.bus.topology import EXCHANGE, dead_letters_of, heard_of, queue_of

NOTHING = "^$"


def users(passwords: Mapping[str, str], vhost: str) -> dict[str, Any]:
    """The parts of a RabbitMQ definitions file about users; `passwords` is by service."""
    return {
        "users": [
            {
                "name": service,
                "password_hash": hash_password(password),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": "",
            }
            for service, password in passwords.items()
        ],
        "permissions": [
            {
                "user": service,
                "vhost": vhost,
                "configure": NOTHING,
                "write": _exactly(EXCHANGE, heard_of(service)),
                "read": _exactly(queue_of(service), dead_letters_of(service)),
            }
            for service in passwords
        ],
        "topic_permissions": [
            {
                "user": service,
                "vhost": vhost,
                "exchange": EXCHANGE,
                "write": rf"^plenary\.{service}\.",
                "read": NOTHING,
            }
            for service in passwords
        ],
    }


def hash_password(password: str) -> str:
    """As RabbitMQ stores it: four random bytes, then the SHA-256 of them and the password, in base64."""
    salt = os.urandom(4)
    return b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode("ascii")


def _exactly(*names: str) -> str:
    return f"^({'|'.join(re.escape(name) for name in names)})$"
