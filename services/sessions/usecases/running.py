"""A room runs late: the rest of its day moves in one step, and goes back in one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.sessions.errors import DelayOvertaken
from services.sessions.models import Conference, Delay, ReleasedSlot, Slot
from services.sessions.queries import conferences, drafts, released
from services.sessions.queries import running as queries
from services.sessions.rules import concerns, placing, programme, running
from services.sessions.rules.changes import ProgrammeChange, SlotChange, compare_slots
from services.sessions.rules.concerns import Concern, Placed
from services.sessions.rules.programme import Body, Draft
from services.sessions.rules.running import Shift
from services.sessions.usecases import releasing
from services.sessions.usecases.releasing import Comparison
from shared.clock import to_local
from shared.db import Transaction
from shared.errors import Stale
from shared.ids import new_id


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a shift would change, which rules it would newly break, and what it was made of (`seen`)."""

    change: ProgrammeChange
    arising: tuple[Concern, ...]
    slots: tuple[ReleasedSlot, ...]
    draft: Draft
    seen: str


def preview_shift(db: Transaction, conference: Conference, shift: Shift) -> Preview:
    """Raises Invalid naming `room_id` or `since` where nothing would move."""
    draft = drafts.read_draft(db, conference)
    placing.require_known(shift.room_id, draft.rooms)
    rows = {slot.slot_id: slot for slot in released.list_current_slots(db, conference.id)}
    slots = tuple(rows[slot.slot_id] for slot in running.rest_of_day(rows.values(), shift))
    placed = programme.placed(draft)
    circumstances = programme.circumstances(draft)
    before = concerns.find_concerns(_moved(placed, slots, 0), circumstances)
    after = concerns.find_concerns(_moved(placed, slots, shift.minutes), circumstances)
    known = {(concern.kind, concern.slot_ids) for concern in before}
    return Preview(
        change=_change(slots, {slot.slot_id: running.shifted(slot.body, shift.minutes) for slot in slots}),
        arising=tuple(one for one in after if (one.kind, one.slot_ids) not in known),
        slots=slots,
        draft=draft,
        seen=running.fingerprint(slots, shift),
    )


def _moved(placed: Sequence[Placed], slots: Sequence[ReleasedSlot], minutes: int) -> list[Placed]:
    """The draft with these slots where the public agenda has them, so many minutes later."""
    times = {slot.slot_id: (slot.starts_at, slot.ends_at) for slot in slots}
    by = timedelta(minutes=minutes)
    return [
        replace(one, starts_at=times[one.slot_id][0] + by, ends_at=times[one.slot_id][1] + by)
        if one.slot_id in times
        else one
        for one in placed
    ]


def _change(slots: Sequence[ReleasedSlot], bodies: Mapping[UUID, Body]) -> ProgrammeChange:
    changes = tuple(
        SlotChange(
            slot_id=slot.slot_id,
            kinds=compare_slots(slot.body, bodies[slot.slot_id]),
            before=slot.body,
            after=bodies[slot.slot_id],
        )
        for slot in slots
    )
    return ProgrammeChange(slots=changes, kinds={"time": len(changes)})


def shift_room(
    db: Transaction, *, slug: str, shift: Shift, seen: str, notify: bool = True, now: datetime
) -> Delay:
    """Release the shift and nothing else; the draft follows where it said the same.

    Raises Stale when it is no longer what was previewed, ReleaseBlocked when it newly breaks a blocking rule.
    """
    conference = conferences.lock_conference(db, slug)
    preview = preview_shift(db, conference, shift)
    if preview.seen != seen:
        raise Stale("These sessions have changed since you looked; this is what would move now.")
    concerns.require_no_block(preview.arising)
    earlier = [delay.slots for delay in queries.list_delays(db, conference.id)]
    in_draft = {slot.id: slot for slot in preview.draft.slots}
    moves = {}
    for slot in preview.slots:
        own = in_draft[slot.slot_id]
        agrees = _place(own) == running.place_of(slot.body)
        moves[str(slot.slot_id)] = running.note_move(slot, shift.minutes, earlier, in_draft=agrees)
        if agrees:
            _move_draft(own, shift.minutes)
    delay = Delay(
        id=new_id(),
        conference_id=conference.id,
        room_id=shift.room_id,
        room=preview.slots[0].body["room"]["name"],
        minutes=shift.minutes,
        since=shift.since,
        holds_until=max(slot.ends_at for slot in preview.slots) + timedelta(minutes=max(shift.minutes, 0)),
        slots=moves,
        undone=False,
        notify=notify,
    )
    text = describe(delay, conference.zone)
    _put_out(db, conference, preview.change, preview.slots, text, notify=notify, now=now)
    db.add(delay)
    return delay


def describe(delay: Delay, zone: str) -> str:
    """The delay in a sentence, as it stands in the list of releases."""
    word = "late" if delay.minutes > 0 else "earlier"
    return f"{delay.room} runs {abs(delay.minutes)} minutes {word} from {to_local(delay.since, zone):%H:%M}"


def undo_shift(db: Transaction, *, slug: str, delay_id: UUID, now: datetime) -> None:
    """Release the old times again; whoever was told of the delay is told of that.

    Raises DelayOvertaken when somebody has moved one of the slots since.
    """
    conference = conferences.lock_conference(db, slug)
    delay = queries.get_delay(db, conference.id, delay_id)
    if delay.undone:
        raise DelayOvertaken("This was undone already.")
    rows = {slot.slot_id: slot for slot in released.list_current_slots(db, conference.id)}
    moved = {UUID(slot_id): move for slot_id, move in delay.slots.items()}
    in_draft = {slot.id: slot for slot in drafts.read_draft(db, conference).slots}
    overtaken = [
        rows[slot_id].body["title"]
        for slot_id, move in moved.items()
        if rows[slot_id].cancelled
        or running.place_of(rows[slot_id].body) != move["after"]
        or (move["in_draft"] and _place(in_draft[slot_id]) != move["after"])
    ]
    if overtaken:
        titles = ", ".join(f"“{title}”" for title in overtaken[:5])
        raise DelayOvertaken(f"Nothing was undone: somebody has changed {titles} since. Move it by hand.")
    slots = [rows[slot_id] for slot_id in moved]
    bodies = {slot_id: running.shifted(rows[slot_id].body, -delay.minutes) for slot_id in moved}
    for slot_id, move in moved.items():
        if move["in_draft"]:
            _move_draft(in_draft[slot_id], -delay.minutes)
    text = f"Undone: {describe(delay, conference.zone)}"
    _put_out(db, conference, _change(slots, bodies), slots, text, notify=delay.notify, now=now)
    delay.undone = True


def _place(slot: Slot) -> dict[str, str]:
    return {
        "starts_at": programme.instant_text(slot.starts_at),
        "ends_at": programme.instant_text(slot.ends_at),
        "room_id": str(slot.room_id),
    }


def _move_draft(slot: Slot, minutes: int) -> None:
    by = timedelta(minutes=minutes)
    slot.starts_at, slot.ends_at = slot.starts_at + by, slot.ends_at + by
    slot.version += 1


def _put_out(
    db: Transaction,
    conference: Conference,
    change: ProgrammeChange,
    slots: Sequence[ReleasedSlot],
    comment: str,
    *,
    notify: bool,
    now: datetime,
) -> None:
    comparison = Comparison(
        change=change,
        warnings=(),
        speakers={},
        frame=released.frame_of(released.find_release(db, conference)),
        current_slots={slot.slot_id: slot for slot in slots},
        current_speakers={},
    )
    releasing.put_out(db, conference, comparison, comment=comment, notify=notify, now=now)
