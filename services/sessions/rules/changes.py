"""What a release changes, slot by slot, named the way organisers and calendars need it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from services.sessions.rules.programme import Body, read_instant

# RFC 5546 raises SEQUENCE for times and status; a new room or place to watch is as grave for whoever comes.
_RAISING = frozenset({"time", "duration", "room", "cancelled", "restored", "stream"})
_TEXT = ("subtitle", "abstract", "description", "track", "kind", "areas")
_FIELDS = ("room", "stream", "title", "speakers", "language", "links")


@dataclass(frozen=True, kw_only=True)
class SlotChange:
    """One slot that differs. `kinds` names the differences; `before` is None for a new slot."""

    slot_id: UUID
    kinds: tuple[str, ...]
    before: Body | None
    after: Body

    @property
    def raises_sequence(self) -> bool:
        return not _RAISING.isdisjoint(self.kinds)


@dataclass(frozen=True, kw_only=True)
class ProgrammeChange:
    """Everything a release would change."""

    slots: tuple[SlotChange, ...] = ()
    speakers: tuple[UUID, ...] = ()
    gone_speakers: tuple[UUID, ...] = ()
    frame: bool = False
    kinds: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.slots or self.speakers or self.gone_speakers or self.frame)


def compare_programmes(
    *,
    current_slots: Mapping[UUID, Body],
    draft_slots: Mapping[UUID, Body],
    current_speakers: Mapping[UUID, Body],
    draft_speakers: Mapping[UUID, Body],
    current_frame: Body | None,
    draft_frame: Body,
) -> ProgrammeChange:
    """Compare the draft with what is public. A released slot that the draft no longer shows counts as cancelled."""
    slots = []
    for slot_id, before in current_slots.items():
        after = draft_slots.get(slot_id) or {**before, "cancelled": True}
        kinds = compare_slots(before, after)
        if kinds:
            slots.append(SlotChange(slot_id=slot_id, kinds=kinds, before=before, after=after))
    for slot_id, after in draft_slots.items():
        if slot_id not in current_slots and not after["cancelled"]:
            slots.append(SlotChange(slot_id=slot_id, kinds=("new",), before=None, after=after))
    slots.sort(
        key=lambda change: (change.after["starts_at"], change.after["room"]["name"], str(change.slot_id))
    )
    counts: dict[str, int] = {}
    for change in slots:
        for kind in change.kinds:
            counts[kind] = counts.get(kind, 0) + 1
    return ProgrammeChange(
        slots=tuple(slots),
        speakers=tuple(one for one, body in draft_speakers.items() if current_speakers.get(one) != body),
        gone_speakers=tuple(one for one in current_speakers if one not in draft_speakers),
        frame=current_frame != draft_frame,
        kinds=counts,
    )


def compare_slots(before: Body, after: Body) -> tuple[str, ...]:
    """The names of the differences, gravest first; empty when nothing public differs."""
    kinds = []
    if before["cancelled"] != after["cancelled"]:
        kinds.append("cancelled" if after["cancelled"] else "restored")
    if before["starts_at"] != after["starts_at"]:
        kinds.append("time")
    if _length(before) != _length(after):
        kinds.append("duration")
    kinds += [name for name in _FIELDS if before[name] != after[name]]
    if any(before[name] != after[name] for name in ("listed", "attend")):
        kinds.append("visibility")
    if any(before[name] != after[name] for name in _TEXT):
        kinds.append("text")
    if not kinds and before != after:
        kinds.append("other")
    return tuple(kinds)


def _length(body: Body) -> timedelta:
    return read_instant(body["ends_at"]) - read_instant(body["starts_at"])
