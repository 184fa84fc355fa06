"""Events of `streaming_gateway`: what becomes of a stage before its audience, and how large that is."""

from dataclasses import dataclass
from uuid import UUID

from shared.contracts.base import Event


@dataclass(frozen=True, kw_only=True)
class StageOpened(Event):
    """The stage shows its programme from now on, to whom `attend` names: public or registered."""

    TYPE = "plenary.streaming_gateway.stage.opened.v1"
    SUBJECT = "stage_id"

    stage_id: UUID
    conference_id: UUID
    attend: str = "public"


@dataclass(frozen=True, kw_only=True)
class StageClosed(Event):
    """The stage is over for its day."""

    TYPE = "plenary.streaming_gateway.stage.closed.v1"
    SUBJECT = "stage_id"

    stage_id: UUID
    conference_id: UUID


@dataclass(frozen=True, kw_only=True)
class StageHeld(Event):
    """The operator has paused an open stage: it shows its slate, and is not over."""

    TYPE = "plenary.streaming_gateway.stage.held.v1"
    SUBJECT = "stage_id"

    stage_id: UUID
    conference_id: UUID


@dataclass(frozen=True, kw_only=True)
class StageResumed(Event):
    """A held stage shows its programme again."""

    TYPE = "plenary.streaming_gateway.stage.resumed.v1"
    SUBJECT = "stage_id"

    stage_id: UUID
    conference_id: UUID


@dataclass(frozen=True, kw_only=True)
class StageFailedOver(Event):
    """What an open stage sends has changed by itself: `showing` is origin or slate, `reason` why, for the operator."""

    TYPE = "plenary.streaming_gateway.stage.failed_over.v1"
    SUBJECT = "stage_id"

    stage_id: UUID
    conference_id: UUID
    showing: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class AudienceCounted(Event):
    """So many pages are watching the stage now; nothing is known about who they are."""

    TYPE = "plenary.streaming_gateway.audience.counted.v1"
    SUBJECT = "stage_id"

    stage_id: UUID
    conference_id: UUID
    viewers: int


EVENTS = (AudienceCounted, StageClosed, StageFailedOver, StageHeld, StageOpened, StageResumed)
