"""What an operator may see of an event: never a name, whatever state the event is in."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.bus.envelope import Unreadable, read_envelope
from shared.bus.tables import Inbox
from shared.contracts.base import NONE, PERSONAL, PSEUDONYMOUS, event_types

MASK = "•••"
SHORT = 40
_TYPE = re.compile(r"[a-z0-9_.]{1,120}")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,40}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_STATE = re.compile(r"[a-z_]{1,20}")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A heard event as an operator may see it; `data` is None where the bytes tell no event."""

    event_id: UUID
    generation: str
    type: str
    subject: str
    sequence: int
    state: str
    attempts: int
    told_at: datetime | None
    received_at: datetime
    reason: str
    size: int
    sha256: str
    is_masked: bool
    data: Any


def shown(row: Inbox) -> Shown:
    """Personal events are masked, and so is what nobody can read, for nobody knows what is in it."""
    raw = row.raw or b""
    envelope = _read(raw)
    is_masked = envelope is None or _is_personal(envelope)
    return Shown(
        event_id=row.event_id,
        generation=row.generation,
        type=row.type if _TYPE.fullmatch(row.type) else "",
        subject=row.subject if not is_masked or _UUID.fullmatch(row.subject) else "",
        sequence=row.sequence,
        state=row.state,
        attempts=row.attempts,
        told_at=row.told_at,
        received_at=row.received_at,
        reason=_reason(row, envelope, is_masked=is_masked),
        size=len(raw),
        sha256=hashlib.sha256(raw).hexdigest(),
        is_masked=is_masked,
        data=None if envelope is None else masked(envelope["data"]) if is_masked else envelope["data"],
    )


def masked(value: Any, name: str = "") -> Any:
    """Ids, versions, states and instants stay; of all else not even the length does. A plain date may be a birthday."""
    if isinstance(value, Mapping):
        if not all(_FIELD.fullmatch(key) for key in value):
            return MASK
        return {key: masked(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        inner = [masked(one, name) for one in value]
        return MASK if MASK in inner else inner
    if name == "version" and type(value) is int:
        return value
    if isinstance(value, str):
        known = _UUID.fullmatch(value) or _INSTANT.fullmatch(value)
        if known or (name == "state" and _STATE.fullmatch(value)):
            return value
    return MASK


def _read(raw: bytes) -> dict[str, Any] | None:
    """All attributes of an event of ours, or None."""
    try:
        read_envelope(raw)
        return dict(json.loads(raw))
    except Unreadable:
        return None


def _is_personal(envelope: Mapping[str, Any]) -> bool:
    """By what it says about itself, and by what its type says in any version."""
    if envelope.get("dataclass") not in (NONE, PSEUDONYMOUS):
        return True
    stem = _stem(envelope["type"])
    return any(kind.DATACLASS == PERSONAL and _stem(kind.TYPE) == stem for kind in event_types())


def _stem(type: str) -> str:
    return type.rpartition(".")[0]


def _reason(row: Inbox, envelope: Mapping[str, Any] | None, *, is_masked: bool) -> str:
    """Without what a handler or a database quotes of what it chokes on; a database does so in its second line."""
    if envelope is None:
        return row.reason[:SHORT] + ("…" if len(row.reason) > SHORT else "")
    first = row.reason.partition("\n")[0]
    kind, colon, _ = first.partition(":")
    # Our own sentences quote nothing, and those about a contract name only the field and what it wants.
    if not is_masked or not colon or first.startswith((f"ValueError: {row.type}:", "unknown version: ")):
        return first
    return f"{kind}: {MASK}" if kind.isidentifier() else MASK
