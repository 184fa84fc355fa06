"""When a stage is open, and what the live page shows at an instant of the conference's own time."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from services.streaming_gateway.models import Conference, Day, Slot, Stage

STAGES = UUID("5f2f0a52-6d0e-5a0c-9b5e-6f4f0b1f8a11")
NEVER = datetime.max.replace(tzinfo=UTC)
OPENS_EARLY = timedelta(minutes=15)
OFF, SCHEDULED, OPEN, CLOSED = "off", "scheduled", "open", "closed"
COUNTDOWN, ON_STAGE, INVITATION, OVER, CANCELLED = "countdown", "open", "invite", "over", "cancelled"
NOT_STREAMED = "not_streamed"
PAGES = (COUNTDOWN, ON_STAGE, INVITATION, OVER, CANCELLED, NOT_STREAMED)
LOOP = "loop:"
HOLD, RESUME, END, REOPEN = "hold", "resume", "end", "reopen"
ACTIONS = (HOLD, RESUME, END, REOPEN)


@dataclass(frozen=True, kw_only=True)
class LiveView:
    """What the live page shows. `page` is one of PAGES; `pause` is why an open stage shows no programme: held or lost.

    `playlist` is where the stage can be watched while it is open.
    """

    page: str
    pause: str = ""
    day: Day | None = None
    stage: Stage | None = None
    opens_at: datetime | None = None
    room: str = ""
    now: Slot | None = None
    next: Slot | None = None
    playlist: str = ""


def stage_id_of(day_id: UUID) -> UUID:
    """A day's stage has the same id wherever and whenever it is made."""
    return uuid5(STAGES, str(day_id))


def window_of(day: Day) -> tuple[datetime, datetime]:
    """When the stage of a day opens and closes, in the conference's own time."""
    return day.starts_at - OPENS_EARLY, day.ends_at


def is_streamed(conference: Conference, day: Day, source: str) -> bool:
    """A public day has a stage for everybody; a closed day has one for its attendees once something can be shown."""
    if conference.state != "public" or day.withdrawn:
        return False
    if day.attend == "public":
        return day.listed == "public"
    return day.attend == "registered" and day.listed in ("public", "registered") and bool(source)


def can_watch(day: Day, own_days: AbstractSet[UUID]) -> bool:
    """Whether somebody who may attend these days may watch this one."""
    return day.attend == "public" or (day.attend == "registered" and day.id in own_days)


def stage_state(
    now: datetime, *, streamed: bool, opens_at: datetime, closes_at: datetime, ended: bool = False
) -> str:
    """off, scheduled, open or closed at `now`, which is the conference's own time; `ended` is the operator's word."""
    if not streamed:
        return OFF
    if now < opens_at:
        return SCHEDULED
    return OPEN if now < closes_at and not ended else CLOSED


def pause_of(stage: Stage) -> str:
    """held by the operator, lost by the origin, or nothing."""
    if stage.state != OPEN:
        return ""
    if stage.held:
        return "held"
    return "lost" if stage.source and stage.showing == "slate" else ""


def slots_on_stage(slots: Sequence[Slot], room_id: UUID | None) -> list[Slot]:
    """The day's public slots in the stage's room, or where the day begins when it has none, in their order."""
    shown = sorted((slot for slot in slots if _is_shown(slot)), key=_order)
    room = room_id or (shown[0].room_id if shown else None)
    return [slot for slot in shown if slot.room_id == room]


def now_and_next(slots: Sequence[Slot], now: datetime) -> tuple[Slot | None, Slot | None]:
    """The slot that is on and the one that starts after `now`; of overlapping ones the later start is on."""
    running = [
        slot for slot in slots if slot.starts_at and slot.ends_at and slot.starts_at <= now < slot.ends_at
    ]
    coming = [slot for slot in slots if slot.starts_at and slot.starts_at > now]
    return max(running, key=_order, default=None), min(coming, key=_order, default=None)


def focus_day(days: Sequence[Day], now: datetime, own_days: AbstractSet[UUID] = frozenset()) -> Day | None:
    """The day the live page is about: the one that runs, else the next to be watched; None when all is over.

    Where no day is public, the next of the closed days stands in, so that its page can invite.
    """
    shown = sorted((day for day in days if day.listed == "public"), key=lambda day: day.starts_at)
    ahead = [day for day in shown if now < day.ends_at]
    running = [day for day in ahead if window_of(day)[0] <= now]
    streams = [day for day in ahead if can_watch(day, own_days)]
    only_closed = all(day.attend != "public" for day in shown)
    return next(iter(running or streams or (ahead if only_closed else [])), None)


def live_view(
    conference: Conference,
    days: Sequence[Day],
    stages: Sequence[Stage],
    slots: Sequence[Slot],
    now: datetime,
    own_days: AbstractSet[UUID] = frozenset(),
) -> LiveView:
    """Decide the page for somebody who may attend these days; `now` is the conference's own time."""
    if conference.state == "cancelled":
        return LiveView(page=CANCELLED)
    day = focus_day(days, now, own_days)
    if day is None:
        return LiveView(page=OVER)
    if not can_watch(day, own_days):
        return LiveView(page=INVITATION, day=day)
    stage = next((stage for stage in stages if stage.day_id == day.id and stage.state != OFF), None)
    if stage is None:
        return LiveView(page=NOT_STREAMED, day=day)
    on_stage = slots_on_stage([slot for slot in slots if slot.day_id == day.id], stage.room_id)
    current, coming = now_and_next(on_stage, now)
    return LiveView(
        page={OPEN: ON_STAGE, CLOSED: OVER}.get(stage.state, COUNTDOWN),
        pause=pause_of(stage),
        day=day,
        stage=stage,
        opens_at=window_of(day)[0],
        room=on_stage[0].room if on_stage else "",
        now=current,
        next=coming,
    )


def _is_shown(slot: Slot) -> bool:
    return not slot.cancelled and slot.listed == "public" and slot.starts_at is not None


def _order(slot: Slot) -> tuple[datetime, str, str]:
    return slot.starts_at or NEVER, slot.room, str(slot.id)
