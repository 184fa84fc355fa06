"""CloudEvents 1.0 in structured JSON: how an event looks on the wire."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import marshmallow as ma
from sqlalchemy import Row

CONTENT_TYPE = "application/cloudevents+json"
MAX_BYTES = 64 * 1024


class Unreadable(Exception):
    """These bytes are not an event of ours; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """An event as it arrived; `data` is not yet checked against its contract."""

    id: UUID
    type: str
    subject: str
    sequence: int
    time: datetime
    traceparent: str
    replay: str
    data: dict[str, Any]

    @property
    def publisher(self) -> str:
        """The service that told it; empty for a type that is none of ours."""
        return self.type.split(".")[1] if "." in self.type else ""


class _EnvelopeSchema(ma.Schema):
    class Meta:
        unknown = ma.EXCLUDE

    specversion = ma.fields.String(required=True, validate=ma.validate.Equal("1.0"))
    id = ma.fields.UUID(required=True)
    source = ma.fields.String(required=True)
    type = ma.fields.String(required=True, validate=ma.validate.Length(min=1, max=120))
    subject = ma.fields.String(required=True, validate=ma.validate.Length(min=1, max=80))
    time = ma.fields.AwareDateTime(required=True)
    sequence = ma.fields.Integer(required=True, strict=True)
    traceparent = ma.fields.String(load_default="")
    replay = ma.fields.String(load_default="", validate=ma.validate.Length(max=40))
    data = ma.fields.Dict(keys=ma.fields.String(), required=True)


_SCHEMA = _EnvelopeSchema()


def write_envelope(row: Row[Any]) -> bytes:
    """The bytes of an outbox row; the same row always gives the same bytes."""
    service = row.type.split(".")[1]
    attributes: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(row.event_id),
        "source": f"/plenary/{service}",
        "type": row.type,
        "subject": row.subject,
        "time": row.created_at.isoformat(),
        "datacontenttype": "application/json",
        "sequence": row.sequence,
        "dataclass": row.dataclass,
    }
    for name, value in (
        ("conference", row.conference),
        ("traceparent", row.traceparent),
        ("replay", row.generation),
    ):
        if value:
            attributes[name] = str(value)
    # The body is JSON already; reading it only to write it again would cost as much as all the rest.
    return f'{json.dumps(attributes, ensure_ascii=False)[:-1]}, "data": {row.body}}}'.encode()


def read_envelope(raw: bytes) -> Envelope:
    """Raises Unreadable for anything that is not a CloudEvent of ours."""
    if len(raw) > MAX_BYTES:
        raise Unreadable(f"{len(raw)} bytes; an event has at most {MAX_BYTES}")
    try:
        fields = _SCHEMA.load(json.loads(raw))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON: {error}") from error
    except ma.ValidationError as error:
        raise Unreadable(f"not an event: {error.normalized_messages()}") from error
    return Envelope(**{name: fields[name] for name in Envelope.__dataclass_fields__})
