"""Events of `streaming_gateway`: when a stage opens to its audience, and when it closes."""

from dataclasses import dataclass
from uuid import UUID

from shared.contracts.base import Event


@dataclass(frozen=True, kw_only=True)
class StageOpened(Event):
    """The stage shows its programme from now on."""

    TYPE = "plenary.streaming_gateway.stage.opened.v1"
    SUBJECT = "stage_id"

    stage_id: UUID
    conference_id: UUID


@dataclass(frozen=True, kw_only=True)
class StageClosed(Event):
    """The stage is over for its day."""

    TYPE = "plenary.streaming_gateway.stage.closed.v1"
    SUBJECT = "stage_id"

    stage_id: UUID
    conference_id: UUID


EVENTS = (StageClosed, StageOpened)
