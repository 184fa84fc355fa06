"""What every event is: a frozen dataclass whose marshmallow schema is derived from its field types."""

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import datetime
from importlib import import_module
from typing import Any, ClassVar, Self
from uuid import UUID

import marshmallow as ma

NONE, PSEUDONYMOUS, PERSONAL = "none", "pseudonymous", "personal"


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact that one service states about one of its aggregates.

    TYPE is `plenary.<service>.<aggregate>.<past-tense>.v<major>` and doubles as the routing key.
    SUBJECT names the field with the aggregate's id; `version` is that aggregate's version, from 1.
    DATACLASS says what the body holds about participants: none, pseudonymous or personal.
    PUBLIC events are for whoever comes later; every other event has a subscriber among the services.
    """

    TYPE: ClassVar[str]
    SUBJECT: ClassVar[str]
    DATACLASS: ClassVar[str] = NONE
    PUBLIC: ClassVar[bool] = False

    version: int

    @property
    def subject(self) -> str:
        return str(getattr(self, self.SUBJECT))

    @classmethod
    def publisher(cls) -> str:
        return cls.TYPE.split(".")[1]

    def to_data(self) -> dict[str, Any]:
        """The JSON body; raises ValueError when the event breaks its own contract."""
        body = typing.cast(dict[str, Any], schema_of(type(self), ma.RAISE).dump(self))
        if not _is_plainly_right(self):
            self.from_data(body, unknown=ma.RAISE)
        return body

    @classmethod
    def from_data(cls, body: Mapping[str, Any], unknown: str = ma.EXCLUDE) -> Self:
        """Read a body, ignoring fields of a later release; raises ValueError naming field and reason."""
        try:
            return typing.cast(Self, schema_of(cls, unknown).load(body))
        except ma.ValidationError as error:
            raise ValueError(f"{cls.TYPE}: {error.normalized_messages()}") from error


def _is_plainly_right(event: Event) -> bool:
    """Whether every field is of a plain type and holds just that, which needs no reading back."""
    return all(
        type(value) is kind and (kind is not datetime or value.tzinfo is not None)
        for kind, value in ((kind, getattr(event, name)) for name, kind in _kinds(type(event)).items())
    )


def _kinds(cls: type[Event]) -> dict[str, Any]:
    """The type of every field, None for what is not plain."""
    if cls not in _KINDS:
        hints = typing.get_type_hints(cls)
        plain = (*_PLAIN, int)
        _KINDS[cls] = {
            item.name: hints[item.name] if hints[item.name] in plain else None for item in fields(cls)
        }
    return _KINDS[cls]


def event_types() -> Iterator[type[Event]]:
    """Every event of every publisher, in the order of their types."""
    for publisher in ("badges", "registration", "sessions", "streaming_gateway"):
        yield from import_module(f"shared.contracts.{publisher}").EVENTS


_KINDS: dict[type, dict[str, Any]] = {}
_SCHEMAS: dict[tuple[type, str], ma.Schema] = {}
_PLAIN: dict[type, type[ma.fields.Field[Any]]] = {
    str: ma.fields.String,
    bool: ma.fields.Boolean,
    UUID: ma.fields.UUID,
    datetime: ma.fields.AwareDateTime,
}


def schema_of(cls: type, unknown: str) -> ma.Schema:
    """The marshmallow schema of a frozen dataclass; it loads to an instance of that class."""
    key = (cls, unknown)
    if key not in _SCHEMAS:
        hints = typing.get_type_hints(cls)
        members: dict[str, Any] = {
            item.name: _field(hints[item.name], unknown, required=item.default is MISSING)
            for item in fields(cls)
        }
        members["build"] = ma.post_load(lambda _self, data, **_: cls(**data))
        _SCHEMAS[key] = type(cls.__name__ + "Schema", (ma.Schema,), members)(unknown=unknown)
    return _SCHEMAS[key]


def _field(hint: Any, unknown: str, *, required: bool) -> ma.fields.Field[Any]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        (inner,) = (part for part in typing.get_args(hint) if part is not type(None))
        field = _field(inner, unknown, required=required)
        field.allow_none = True
        return field
    if typing.get_origin(hint) is tuple:
        return _Tuple(_field(typing.get_args(hint)[0], unknown, required=True), required=required)
    if is_dataclass(hint):
        return ma.fields.Nested(schema_of(typing.cast(type, hint), unknown), required=required)
    if hint is int:
        return ma.fields.Integer(required=required, strict=True)
    return _PLAIN[hint](required=required)


class _Tuple(ma.fields.List[Any]):
    """A list on the wire, a tuple in a frozen dataclass."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return tuple(super()._deserialize(value, attr, data, **kwargs))
