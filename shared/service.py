"""What a service declares about itself, for everything that runs it."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from wsgiref.types import WSGIApplication

from flask import Blueprint as FlaskBlueprint
from sqlalchemy import MetaData

from shared.auth.guard import Resolve
from shared.auth.handlers import AUTH_HANDLERS, AUTH_READ_MODELS
from shared.bus.generation import ReadModels
from shared.contracts.base import Event
from shared.db import Database, Transaction
from shared.settings import ServiceSettings
from shared.timers import TimerHandler
from shared.web.api import Blueprint
from shared.web.look import Look
from shared.web.shortcut import Shortcut

Loop = Callable[[Database, Any, threading.Event], None]


@dataclass(frozen=True, kw_only=True)
class Service:
    """A deployable. `look` dresses its pages for a conference slug; `on_start` runs once its tables are there.

    `read_models` are the tables that its handlers fill, and which can be built anew from what others told.
    `loops` run in the worker with the service's settings until their event is set.
    `before_flask` may answer paths for which a Flask request would be too dear.
    `shortcut` answers its hottest route so, in the usual case.
    `resolve_principal` replaces the check of tokens, for the one service that keeps sign-ins itself.
    `resolve_device` knows paired devices, for routes whose scope is theirs.
    """

    name: str
    path: str
    title: str
    settings: type[ServiceSettings]
    metadata: MetaData
    handlers: Mapping[type[Any], Callable[[Transaction, Any], None]]
    blueprints: tuple[FlaskBlueprint, ...]
    apis: tuple[Blueprint, ...]
    look: Callable[[Transaction, str], Look | None]
    read_models: ReadModels = field(default_factory=dict)
    timers: Mapping[str, TimerHandler] = field(default_factory=dict)
    loops: Mapping[str, Loop] = field(default_factory=dict)
    before_flask: Callable[[WSGIApplication, Any], WSGIApplication] | None = None
    shortcut: Shortcut | None = None
    on_start: Callable[[Transaction], None] | None = None
    resolve_principal: Resolve | None = None
    resolve_device: Resolve | None = None

    @property
    def all_handlers(self) -> dict[type[Event], Callable[[Transaction, Any], None]]:
        """Its own, and what every service but the issuer of keys has to hear."""
        shared = AUTH_HANDLERS if self.resolve_principal is None else {}
        return {**shared, **self.handlers}

    @property
    def all_read_models(self) -> ReadModels:
        """Its own, and the keys that it hears of like every service but their issuer."""
        return {**(AUTH_READ_MODELS if self.resolve_principal is None else {}), **self.read_models}

    @property
    def publishers(self) -> tuple[str, ...]:
        """The services that it hears."""
        return tuple(sorted({kind.publisher() for kind in self.all_handlers}))

    @property
    def subscriptions(self) -> tuple[str, ...]:
        return tuple(sorted(kind.TYPE for kind in self.all_handlers))
