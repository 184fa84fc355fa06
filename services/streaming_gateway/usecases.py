"""What streaming_gateway does: keep what others state, plan its stages, and follow their operator."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.streaming_gateway import queries, rules
from services.streaming_gateway.errors import RoomUnknown, SourceUnusable, StageNotOpen
from services.streaming_gateway.media.fetching import Allowance, OriginFault, require_url
from services.streaming_gateway.models import Conference, Day, Entitlement, Slot, Stage
from shared import timers
from shared.bus import publish
from shared.contracts.registration import AttendeeEntitled, AttendeeErased
from shared.contracts.sessions import ConferenceStated, DayFact, SlotCancelled, SlotStated
from shared.contracts.streaming_gateway import (
    AudienceCounted,
    StageClosed,
    StageEvent,
    StageFailedOver,
    StageHeld,
    StageOpened,
    StageResumed,
)
from shared.db import Transaction

STAGE_TURNS = "stage_turns"
CONFERENCE_FIELDS = ("slug", "name", "zone", "state", "rehearsal", "clock_offset", "accent", "logo")
DAY_FIELDS = ("position", "title", "starts_at", "ends_at", "listed", "attend")
SLOT_FIELDS = (
    "conference_id",
    "day_id",
    "title",
    "kind",
    "room_id",
    "room",
    "starts_at",
    "ends_at",
    "listed",
)


def keep_conference(db: Transaction, *, fact: ConferenceStated, now: datetime) -> None:
    """Take over the newest state of a conference, and plan its stages by it."""
    conference = db.get(Conference, fact.conference_id)
    if conference is None:
        conference = Conference(id=fact.conference_id, version=0)
        db.add(conference)
    if fact.version <= conference.version:
        return
    conference.version = fact.version
    for name in CONFERENCE_FIELDS:
        setattr(conference, name, getattr(fact, name))
    _keep_days(db, conference.id, fact.days)
    db.flush()
    plan_stages(db, conference=conference, now=now)


def keep_slot(db: Transaction, *, fact: SlotStated) -> None:
    """Take over the newest released state of a slot."""
    slot = _slot_older_than(db, fact)
    if slot is None:
        return
    for name in SLOT_FIELDS:
        setattr(slot, name, getattr(fact, name))
    slot.version, slot.speakers, slot.cancelled = fact.version, list(fact.speakers), False


def cancel_slot(db: Transaction, *, fact: SlotCancelled) -> None:
    """Stop showing a slot."""
    slot = _slot_older_than(db, fact)
    if slot is not None:
        slot.version, slot.conference_id, slot.cancelled = fact.version, fact.conference_id, True


def keep_entitlement(db: Transaction, *, fact: AttendeeEntitled) -> None:
    """Remember which days an attendee may watch, unless the attendee was erased."""
    held = _entitlement(db, fact)
    if held.erased or fact.version <= held.version:
        return
    held.version, held.state = fact.version, fact.state
    held.day_ids = [str(day_id) for day_id in fact.day_ids]


def forget_attendee(db: Transaction, *, fact: AttendeeErased) -> None:
    """Drop what is known of an attendee for good."""
    held = _entitlement(db, fact)
    held.erased, held.state, held.day_ids = True, "", []
    held.version = max(held.version, fact.version)


def plan_stages(db: Transaction, *, conference: Conference, now: datetime) -> None:
    """Give every day its stage, and every stage that is streamed the timers at which it turns."""
    stages = {stage.day_id: stage for stage in queries.list_stages(db, conference.id)}
    for day in queries.list_all_days(db, conference.id):
        stage = stages.get(day.id)
        if stage is None:
            stage = Stage(id=rules.stage_id_of(day.id), conference_id=conference.id, day_id=day.id)
            stage.state, stage.version, stage.source = rules.OFF, 0, ""
            stage.held = stage.ended = False
            db.add(stage)
        _plan_turns(db, stage, conference, day, now)
        turn_stage(db, stage=stage, conference=conference, day=day, now=now)


def turn_stage(db: Transaction, *, stage: Stage, conference: Conference, day: Day, now: datetime) -> None:
    """Bring a stage to the state of the hour, and tell when that opens or closes it; `now` is the real time."""
    opens_at, closes_at = rules.window_of(day)
    at = now + timedelta(seconds=conference.clock_offset)
    if at < opens_at:  # what the operator said of an earlier run is past
        stage.held = stage.ended = False
    before = stage.state
    stage.state = rules.stage_state(
        at,
        streamed=rules.is_streamed(conference, day, stage.source),
        opens_at=opens_at,
        closes_at=closes_at,
        ended=stage.ended,
    )
    if before == stage.state or rules.OPEN not in (before, stage.state):
        return
    stage.showing, stage.reason, stage.viewers = "", "", 0
    if stage.state == rules.OPEN:
        _tell(db, stage, StageOpened, attend=day.attend)
    else:
        _tell(db, stage, StageClosed)


def turn_due_stage(db: Transaction, *, stage_id: UUID, now: datetime) -> None:
    """What a timer does: turn the stage, if its day is still there."""
    _turn_again(db, db.get_one(Stage, stage_id), now)


def act_on_stage(db: Transaction, *, stage: Stage, action: str, now: datetime) -> None:
    """The operator's word: hold, resume, end or reopen. Raises StageNotOpen where it makes no sense."""
    possible = {
        rules.HOLD: stage.state == rules.OPEN,
        rules.RESUME: stage.state == rules.OPEN,
        rules.END: stage.state == rules.OPEN,
        rules.REOPEN: stage.state == rules.CLOSED and stage.ended,
    }
    if not possible[action]:
        raise StageNotOpen
    if action in (rules.END, rules.REOPEN):
        stage.ended, stage.held = action == rules.END, False
        _turn_again(db, stage, now)
    elif stage.held != (action == rules.HOLD):
        stage.held, stage.showing = action == rules.HOLD, ""
        _tell(db, stage, StageHeld if stage.held else StageResumed)


def choose_source(db: Transaction, *, stage: Stage, source: str, allowance: Allowance, now: datetime) -> None:
    """Show something else on a stage: nothing, `loop:`, or an HLS playlist. Raises SourceUnusable."""
    if source not in ("", rules.LOOP):
        try:
            require_url(source, allowance)
        except OriginFault as fault:
            raise SourceUnusable(fields={"source": [f"{str(fault).capitalize()}."]}) from fault
    stage.source = source
    conference, day = db.get_one(Conference, stage.conference_id), db.get_one(Day, stage.day_id)
    _plan_turns(db, stage, conference, day, now)
    _turn_again(db, stage, now)


def note_showing(db: Transaction, *, stage_id: UUID, showing: str, reason: str) -> None:
    """Keep what the publisher shows, and tell when an open stage has changed over by itself."""
    stage = db.get_one(Stage, stage_id)
    stage.reason = reason
    if stage.state != rules.OPEN or stage.showing == showing:
        return
    first, stage.showing = stage.showing == "", showing
    if not (first or stage.held):
        _tell(db, stage, StageFailedOver, showing=showing, reason=reason)


def count_audience(db: Transaction, *, stage_id: UUID, viewers: int) -> None:
    """Tell how many pages watch, if that has changed."""
    stage = db.get_one(Stage, stage_id)
    if stage.state == rules.OPEN and stage.viewers != viewers:
        stage.viewers = viewers
        _tell(db, stage, AudienceCounted, viewers=viewers)


def bind_room(db: Transaction, *, stage: Stage, room_id: UUID | None) -> None:
    """Show another room on a stage; None follows the room in which the day begins. Raises RoomUnknown."""
    rooms = {slot.room_id for slot in queries.list_public_slots(db, [stage.day_id])}
    if room_id is not None and room_id not in rooms:
        raise RoomUnknown(fields={"room_id": [RoomUnknown.title + "."]})
    stage.room_id = room_id


def _turn_again(db: Transaction, stage: Stage, now: datetime) -> None:
    conference, day = db.get_one(Conference, stage.conference_id), db.get_one(Day, stage.day_id)
    turn_stage(db, stage=stage, conference=conference, day=day, now=now)


def _tell(db: Transaction, stage: Stage, kind: type[StageEvent], **more: Any) -> None:
    """Publish the next fact about a stage."""
    stage.version += 1
    publish(db, kind(version=stage.version, stage_id=stage.id, conference_id=stage.conference_id, **more))


def _keep_days(db: Transaction, conference_id: UUID, facts: tuple[DayFact, ...]) -> None:
    known = {day.id: day for day in queries.list_all_days(db, conference_id)}
    for fact in facts:
        day = known.pop(fact.day_id, None)
        if day is None:
            day = Day(id=fact.day_id, conference_id=conference_id)
            db.add(day)
        for name in DAY_FIELDS:
            setattr(day, name, getattr(fact, name))
        day.withdrawn = False
    for day in known.values():
        day.withdrawn = True


def _slot_older_than(db: Transaction, fact: SlotStated | SlotCancelled) -> Slot | None:
    """The row of the fact's slot, new or known; None when it holds this fact or a later one."""
    slot = db.get(Slot, fact.slot_id)
    if slot is None:
        slot = Slot(id=fact.slot_id, version=0, conference_id=fact.conference_id)
        db.add(slot)
    return slot if fact.version > slot.version else None


def _entitlement(db: Transaction, fact: AttendeeEntitled | AttendeeErased) -> Entitlement:
    held = db.get(Entitlement, fact.attendee_id)
    if held is None:
        held = Entitlement(
            attendee_id=fact.attendee_id, conference_id=fact.conference_id, version=0, erased=False
        )
        db.add(held)
    return held


def _plan_turns(db: Transaction, stage: Stage, conference: Conference, day: Day, now: datetime) -> None:
    """Timers run on real time, the window on the conference's own; turns that are past need no timer."""
    for name, turns_at in zip(("opens", "closes"), rules.window_of(day), strict=True):
        key, due_at = f"stage:{stage.id}:{name}", turns_at - timedelta(seconds=conference.clock_offset)
        if rules.is_streamed(conference, day, stage.source) and due_at > now:
            timers.schedule(db, key=key, kind=STAGE_TURNS, due_at=due_at, payload={"stage_id": str(stage.id)})
        else:
            timers.cancel(db, key)
