"""When a room or speaker can be had, on the forms that ask for it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from services.sessions.rules.availability import read_spans
from shared.clock import to_local


def span_values(spans: Iterable[tuple[datetime, datetime]], zone: str) -> dict[str, Any]:
    """What fills the inputs."""
    written = [[f"{to_local(moment, zone):%Y-%m-%dT%H:%M}" for moment in span] for span in spans]
    return {
        "available_from": [start for start, _ in written],
        "available_until": [end for _, end in written],
    }


def take_spans(wanted: dict[str, Any], zone: str) -> tuple[tuple[datetime, datetime], ...]:
    """Takes the inputs out of a form's data; raises Invalid for the field `available`."""
    return read_spans(wanted.pop("available_from"), wanted.pop("available_until"), zone)
