"""The metadata that all tables of `sessions` share."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    MetaData,
    Uuid,
)
from sqlalchemy.orm import DeclarativeBase

from shared.db import NAMING, Instant


class Base(DeclarativeBase):
    """The metadata of this service."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {UUID: Uuid, datetime: Instant, dict[str, Any]: JSON, list[Any]: JSON}
