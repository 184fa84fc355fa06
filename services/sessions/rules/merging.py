"""Bringing together what a file says, what it said last time, and what people have made of it since."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def new_since(before: Mapping[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """What the file says otherwise than the last one did; the rest is left to the people here."""
    now = plain(values)
    return {name: value for name, value in values.items() if before.get(name, ...) != now[name]}


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON keeps it; instants in UTC."""
    in_utc = {
        name: value.astimezone(UTC) if isinstance(value, datetime) else value
        for name, value in values.items()
    }
    return dict(json.loads(json.dumps(in_utc, default=str)))
