"""The documents in docs/ that the code writes: the event catalogue and the four OpenAPI documents."""

import json
from pathlib import Path
from typing import Any

import marshmallow as ma
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from services.allinone import Stack, four_services
from shared.bus.envelope import CONTENT_TYPE
from shared.bus.topology import EXCHANGE, queue_of
from shared.contracts.base import Event, event_types, schema_of
from shared.service import Service
from shared.web.api import openapi_document


def write_documents(folder: Path, *, check: bool) -> int:
    """Write them; with `check`, only say which differ. Returns the exit code."""
    different = []
    for name, document in documents().items():
        text = json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
        path = folder / name
        if path.exists() and path.read_text() == text:
            continue
        different.append(str(path))
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    for name in different:
        print(f"{name} {'differs from the code: run python -m services docs' if check else 'written'}")
    return 1 if check and different else 0


def documents() -> dict[str, dict[str, Any]]:
    """Every document by its file name."""
    services = four_services()
    stack = Stack(services, {"DATA": "var/docs"})
    return {
        "events.asyncapi.json": asyncapi_document(services),
        **{f"{name}.openapi.json": openapi_document(runtime.app) for name, runtime in stack.runtimes.items()},
    }


def asyncapi_document(services: tuple[Service, ...]) -> dict[str, Any]:
    """AsyncAPI 3.0: one channel per event type, who sends it and who receives it."""
    document: dict[str, Any] = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Plenary events",
            "version": "1.0.0",
            "description": f"CloudEvents 1.0 in structured JSON on the topic exchange {EXCHANGE}.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {},
        "operations": {},
        "components": {"messages": {}, "schemas": {}},
    }
    spec = APISpec("events", "1", "3.1.0", plugins=[MarshmallowPlugin(schema_name_resolver=_name_of)])
    for kind in event_types():
        _add_event(document, spec, kind, services)
    document["components"]["schemas"] = spec.to_dict()["components"]["schemas"]
    return document


def _add_event(
    document: dict[str, Any], spec: APISpec, kind: type[Event], services: tuple[Service, ...]
) -> None:
    name = kind.__name__
    spec.components.schema(name, schema=schema_of(kind, ma.EXCLUDE))
    document["components"]["messages"][name] = {
        "name": kind.TYPE,
        "summary": " ".join((kind.__doc__ or "").split()),
        "contentType": CONTENT_TYPE,
        "payload": _envelope(kind),
    }
    document["channels"][name] = {
        "address": kind.TYPE,
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
    }
    channel = {"$ref": f"#/channels/{name}"}
    document["operations"][f"{kind.publisher()}.sends.{name}"] = {"action": "send", "channel": channel}
    for service in services:
        if kind.TYPE in service.subscriptions:
            document["operations"][f"{service.name}.receives.{name}"] = {
                "action": "receive",
                "channel": channel,
                "bindings": {"amqp": {"bindingVersion": "0.3.0", "ack": True}},
                "description": f"Through the queue {queue_of(service.name)}.",
            }


def _envelope(kind: type[Event]) -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "required": [
            "specversion",
            "id",
            "source",
            "type",
            "subject",
            "time",
            "sequence",
            "dataclass",
            "data",
        ],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "format": "uuid"},
            "source": {"const": f"/plenary/{kind.publisher()}"},
            "type": {"const": kind.TYPE},
            "subject": {**text, "description": f"The {kind.SUBJECT} of the body."},
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": "application/json"},
            "sequence": {"type": "integer", "description": "The version of the subject, from 1."},
            "dataclass": {"const": kind.DATACLASS},
            "conference": {"type": "string", "format": "uuid"},
            "traceparent": text,
            "replay": {**text, "description": "The generation, if this is told again to one subscriber."},
            "data": {"$ref": f"#/components/schemas/{kind.__name__}"},
        },
    }


def _name_of(schema: Any) -> str:
    given = schema if isinstance(schema, type) else type(schema)
    return given.__name__.removesuffix("Schema")
