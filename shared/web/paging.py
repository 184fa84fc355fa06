"""Long lists a page at a time, by the last id seen."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import marshmallow as ma

from shared.web.schema import Schema

T = TypeVar("T")
MOST = 200


class PageArgs(Schema):
    """`limit` is at most 200; `after` is the last id of the page before."""

    limit = ma.fields.Integer(load_default=50, validate=ma.validate.Range(1, MOST))
    after = ma.fields.UUID(load_default=None)


def page(rows: Sequence[T], limit: int, id_of: Callable[[T], UUID]) -> dict[str, Any]:
    """Wrap up to `limit` of the rows, of which one more than that was asked for."""
    items = list(rows[:limit])
    return {"items": items, "next": id_of(items[-1]) if len(rows) > limit else None}


def page_schema(item: type[ma.Schema]) -> ma.Schema:
    """The schema of a page of items."""
    members: dict[str, Any] = {
        "items": ma.fields.List(ma.fields.Nested(item), required=True),
        "next": ma.fields.UUID(required=True, allow_none=True),
    }
    return ma.Schema.from_dict(members, name=item.__name__ + "Page")()
