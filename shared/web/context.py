"""What a running app carries; nothing of it is module-global, so four apps can share a process."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from flask import Flask, current_app

from shared.db import Database, Transaction
from shared.files import FileStore
from shared.settings import ServiceSettings
from shared.web.look import Look

_KEY = "plenary"


@dataclass(kw_only=True)
class Context:
    """One per app. `cache` is for whatever a service computes once per release."""

    name: str
    path: str
    title: str
    settings: ServiceSettings
    database: Database
    files: FileStore
    look: Callable[[Transaction, str], Look | None]
    cache: dict[Any, Any] = field(default_factory=dict)


def attach(app: Flask, context: Context) -> None:
    app.extensions[_KEY] = context


def context_of(app: Flask) -> Context:
    return cast(Context, app.extensions[_KEY])


def context() -> Context:
    """The context of the app that serves the current request."""
    return context_of(current_app)


def database() -> Database:
    return context().database


def settings() -> Any:
    """The settings of the service, as its own dataclass."""
    return context().settings


def files() -> FileStore:
    return context().files


def absolute(path: str) -> str:
    """A full address for mails and calendars."""
    return context().settings.base_url.rstrip("/") + path
