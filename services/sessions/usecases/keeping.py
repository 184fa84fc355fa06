"""What is built once per release and kept by the app that built it."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from services.sessions.models import Conference, Release

MOST = 128  # finished things; anybody can ask for one more cut of an agenda, so the least asked for go
T = TypeVar("T")
State = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Export:
    """One finished file."""

    body: bytes
    etag: str
    last_modified: datetime


class Kept:
    """Things by name, each true for one state of its conference, which is asked for: another process may release."""

    def __init__(self, most: int = MOST) -> None:
        self._things: OrderedDict[Hashable, tuple[State, Any]] = OrderedDict()
        self._most = most
        self._books = threading.Lock()
        self._building = threading.RLock()

    def get(self, conference: Conference, name: Hashable, build: Callable[[], T]) -> T:
        """The thing of that name for the conference as it is now, built where it is not there yet."""
        key, state = (conference.id, name), (conference.release_number, conference.version)
        if (kept := self._find(key, state)) is None:
            # One builder at a time: after a release every subscriber's client comes at once.
            with self._building:
                kept = self._find(key, state) or self._keep(key, (state, build()))
        return cast(T, kept[1])

    def _find(self, key: Hashable, state: State) -> tuple[State, Any] | None:
        with self._books:
            kept = self._things.get(key)
            if kept is None or kept[0] != state:
                return None
            self._things.move_to_end(key)
            return kept

    def _keep(self, key: Hashable, thing: tuple[State, Any]) -> tuple[State, Any]:
        with self._books:
            self._things[key] = thing
            self._things.move_to_end(key)
            while len(self._things) > self._most:
                self._things.popitem(last=False)
        return thing


def changed_at(conference: Conference, release: Release | None) -> datetime:
    """When anything public of the conference changed last."""
    return max(conference.changed_at, release.created_at) if release else conference.changed_at


def export_of(body: bytes, last_modified: datetime) -> Export:
    return Export(body=body, etag=hashlib.sha256(body).hexdigest()[:32], last_modified=last_modified)


def kept_of(cache: MutableMapping[Any, Any]) -> Kept:
    """What one app keeps."""
    return cast(Kept, cache.setdefault("kept", Kept()))
