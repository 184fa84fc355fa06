"""Events of `streaming_gateway`: what becomes of a stage before its audience, and how large that is."""

from dataclasses import dataclass
from uuid import UUID

from shared.contracts.base import Event


@dataclass(frozen=True, kw_only=True)
class StageEvent(Event):
    """What every event about a stage says; its version rises with each of them, of whichever type."""

    SUBJECT = "stage_id"

    stage_id: UUID
    conference_id: UUID


@dataclass(frozen=True, kw_only=True)
class StageOpened(StageEvent):
    """The stage shows its programme from now on, to whom `attend` names: public or registered."""

    TYPE = "plenary.streaming_gateway.stage.opened.v1"

    attend: str = "public"


@dataclass(frozen=True, kw_only=True)
class StageClosed(StageEvent):
    """The stage is over for its day."""

    TYPE = "plenary.streaming_gateway.stage.closed.v1"


@dataclass(frozen=True, kw_only=True)
class StageHeld(StageEvent):
    """The operator has paused an open stage: it shows its slate, and is not over."""

    TYPE = "plenary.streaming_gateway.stage.held.v1"


@dataclass(frozen=True, kw_only=True)
class StageResumed(StageEvent):
    """A held stage shows its programme again."""

    TYPE = "plenary.streaming_gateway.stage.resumed.v1"


@dataclass(frozen=True, kw_only=True)
class StageFailedOver(StageEvent):
    """What an open stage shows has changed by itself: `showing` is programme or slate, `reason` is for the operator."""

    TYPE = "plenary.streaming_gateway.stage.failed_over.v1"

    showing: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class AudienceCounted(StageEvent):
    """So many pages are watching the stage now; nothing is known about who they are."""

    TYPE = "plenary.streaming_gateway.audience.counted.v1"

    viewers: int


EVENTS = (AudienceCounted, StageClosed, StageFailedOver, StageHeld, StageOpened, StageResumed)
