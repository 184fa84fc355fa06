"""Messages that are no steps, put straight into the queue of one service."""

import hashlib
import json
import random
from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

import pika

from shared.bus.envelope import CONTENT_TYPE
from shared.bus.topology import queue_of
from shared.clock import now
from tests.faults.outcome import Setting
from tests.faults.stand import administrator
from tests.faults.toys import Stepped

HUGE = 10 * 1024 * 1024
HUGE_SHARE = 40  # one piece of so many is huge


class Junk:
    """Puts in one piece at a time; `ids` are those under which the inbox has to park them."""

    def __init__(self, setting: Setting, service: str) -> None:
        self.ids: list[UUID] = []
        self._setting, self._queue = setting, queue_of(service)

    def add(self, chance: random.Random) -> None:
        """The kinds come in turn, so that a few pieces are of every kind."""
        number = len(self.ids)
        if number % HUGE_SHARE == 0:
            identity, raw = _unreadable(chance.randbytes(HUGE))
        else:
            identity, raw = KINDS[number % len(KINDS)](chance)
        content_type = chance.choice([CONTENT_TYPE, "text/plain", None])
        connection = administrator(self._setting)
        channel = connection.channel()
        channel.confirm_delivery()
        properties = pika.BasicProperties(content_type=content_type, delivery_mode=2)
        channel.basic_publish("", self._queue, raw, properties)
        connection.close()
        self.ids.append(identity)


def _unreadable(raw: bytes) -> tuple[UUID, bytes]:
    return uuid5(NAMESPACE_OID, hashlib.sha256(raw).hexdigest()), raw


def _bytes(chance: random.Random) -> tuple[UUID, bytes]:
    return _unreadable(b"\xff\xfe" + chance.randbytes(200))


def _cut_off(chance: random.Random) -> tuple[UUID, bytes]:
    """JSON that ends too early."""
    return _unreadable(_step(chance)[1][: -chance.randint(1, 100)])


def _deep(chance: random.Random) -> tuple[UUID, bytes]:
    return _unreadable(b"[" * chance.randint(20_000, 60_000))


def _no_event(chance: random.Random) -> tuple[UUID, bytes]:
    return _unreadable(json.dumps({"specversion": "1.0", "number": chance.random()}).encode())


def _wrong_body(chance: random.Random) -> tuple[UUID, bytes]:
    """An event of ours whose body breaks its contract."""
    return _step(chance, data={"version": "three"})


def _unknown_version(chance: random.Random) -> tuple[UUID, bytes]:
    return _step(chance, type=Stepped.TYPE.replace(".v1", ".v2"))


def _step(chance: random.Random, **changes: Any) -> tuple[UUID, bytes]:
    identity = UUID(int=chance.getrandbits(128), version=4)
    event = {
        "specversion": "1.0",
        "id": str(identity),
        "source": "/plenary/teller",
        "type": Stepped.TYPE,
        "subject": str(uuid4()),
        "time": now().isoformat(),
        "sequence": 1,
        "data": {},
        **changes,
    }
    return identity, json.dumps(event).encode()


KINDS: tuple[Callable[[random.Random], tuple[UUID, bytes]], ...] = (
    _bytes,
    _cut_off,
    _wrong_body,
    _no_event,
    _unknown_version,
    _deep,
)
