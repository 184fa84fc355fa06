"""What organisers should look at before a release: collisions, absences, rooms too small, people missing."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.sessions.errors import ReleaseBlocked

BLOCK, WARN, IGNORE = SEVERITIES = ("block", "warn", "ignore")
RULES = {
    "room": "Two sessions in one room at the same time",
    "speaker": "A speaker in two sessions at the same time",
    "day": "Outside the times of the day",
    "buffer": "Too little time between two sessions in a room",
    "room_closed": "The room cannot be had then",
    "speaker_away": "A speaker cannot come then",
    "too_small": "More people expected than the room holds",
    "unconfirmed": "A speaker has not confirmed",
    "no_speaker": "A session without a speaker",
}
DEFAULTS = dict.fromkeys(RULES, WARN) | {"room": BLOCK}
SPEAKERLESS = ("break", "blocker", "social")
MOST_BESIDE = 20
Span = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class Placed:
    """What the rules need of a slot. `is_planned` says that a release would leave it out anyway."""

    slot_id: UUID
    title: str
    kind: str
    room_id: UUID
    room: str
    speakers: tuple[tuple[UUID, str], ...]
    starts_at: datetime
    ends_at: datetime
    day_id: UUID | None
    expected: int | None = None
    is_planned: bool = False


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What the slots are held against. `available` has intervals by room or speaker; who is not in it can always.

    `severities` names only what differs from the defaults.
    """

    days: Mapping[UUID, Span] = field(default_factory=dict)
    available: Mapping[UUID, Sequence[Span]] = field(default_factory=dict)
    capacities: Mapping[UUID, int] = field(default_factory=dict)
    unconfirmed: frozenset[UUID] = frozenset()
    buffer: timedelta = timedelta(0)
    severities: Mapping[str, str] = field(default_factory=dict)

    def severity(self, rule: str) -> str:
        return self.severities.get(rule, DEFAULTS[rule])


@dataclass(frozen=True, kw_only=True)
class Concern:
    """A rule (`kind`) that slots break; `severity` is block or warn."""

    kind: str
    severity: str
    text: str
    slot_ids: tuple[UUID, ...]


Found = tuple[str, str, tuple[Placed, ...]]


def find_concerns(placed: Iterable[Placed], circumstances: Circumstances) -> list[Concern]:
    """Every rule that is broken and not ignored, blocking ones first. What stays planned never blocks."""
    slots = sorted(placed, key=lambda slot: (slot.starts_at, slot.ends_at, slot.slot_id))
    working = [slot for slot in slots if slot.kind != "break"]
    found = [
        *_too_close(slots, "room", _room_of, timedelta(0)),
        *_too_close(working, "speaker", lambda slot: slot.speakers, timedelta(0)),
        *_outside(slots, circumstances),
        *(_too_close(working, "buffer", _room_of, circumstances.buffer) if circumstances.buffer else ()),
        *_absences(slots, circumstances),
        *_sizes(slots, circumstances),
        *_people(slots, circumstances),
    ]
    concerns = []
    for kind, text, those in found:
        severity = circumstances.severity(kind)
        if severity == BLOCK and any(slot.is_planned for slot in those):
            severity = WARN
        if severity != IGNORE:
            ids = tuple(slot.slot_id for slot in those)
            concerns.append(Concern(kind=kind, severity=severity, text=text, slot_ids=ids))
    return sorted(concerns, key=lambda concern: concern.severity != BLOCK)


def find_concerns_of(slot_id: UUID, placed: Iterable[Placed], circumstances: Circumstances) -> list[Concern]:
    """Those of one slot alone: only who shares its room or a speaker is held against it."""
    slots = list(placed)
    owners = {owner for slot in slots if slot.slot_id == slot_id for owner in _owners(slot)}
    near = [slot for slot in slots if not owners.isdisjoint(_owners(slot))]
    return [concern for concern in find_concerns(near, circumstances) if slot_id in concern.slot_ids]


def _owners(slot: Placed) -> set[UUID]:
    return {slot.room_id, *(speaker_id for speaker_id, _ in slot.speakers)}


def require_no_block(concerns: Iterable[Concern]) -> None:
    """Raises ReleaseBlocked with the rules and slots that do not let a release pass."""
    blocking = [concern for concern in concerns if concern.severity == BLOCK]
    if not blocking:
        return
    told = " ".join(concern.text for concern in blocking[:3])
    more = f" And {len(blocking) - 3} more." if len(blocking) > 3 else ""
    blocks: list[dict[str, Any]] = [
        {"rule": concern.kind, "text": concern.text, "slot_ids": list(concern.slot_ids)}
        for concern in blocking
    ]
    raise ReleaseBlocked(f"The rules of this conference do not let this pass: {told}{more}", blocks=blocks)


def _room_of(slot: Placed) -> tuple[tuple[UUID, str], ...]:
    return ((slot.room_id, slot.room),)


def _too_close(
    slots: Sequence[Placed],
    kind: str,
    owners: Callable[[Placed], Iterable[tuple[UUID, str]]],
    buffer: timedelta,
) -> Iterator[Found]:
    """Pairs of one owner that overlap (half-open), or with a buffer: that do not, and have less than it between."""
    by_owner: dict[UUID, list[Placed]] = defaultdict(list)
    names: dict[UUID, str] = {}
    for slot in slots:
        for owner, name in owners(slot):
            by_owner[owner].append(slot)
            names[owner] = name
    for owner, booked in by_owner.items():
        for position, first in enumerate(booked):
            # All are named as soon as each is held against those that follow; a heap at one time would be squared.
            for second in booked[position + 1 : position + 1 + MOST_BESIDE]:
                if second.starts_at >= first.ends_at + buffer:
                    break
                pair = f"“{first.title}” and “{second.title}”"
                if not buffer:
                    yield kind, f"{names[owner]} is booked twice at the same time: {pair}.", (first, second)
                elif second.starts_at >= first.ends_at:
                    gap = int((second.starts_at - first.ends_at).total_seconds() // 60)
                    text = f"{names[owner]} has only {gap} minutes between {pair}."
                    yield kind, text, (first, second)


def _outside(slots: Sequence[Placed], circumstances: Circumstances) -> Iterator[Found]:
    for slot in slots:
        interval = circumstances.days.get(slot.day_id) if slot.day_id else None
        if interval is None:
            yield "day", f"“{slot.title}” lies outside every day.", (slot,)
        elif slot.starts_at < interval[0] or slot.ends_at > interval[1]:
            yield "day", f"“{slot.title}” runs outside the times of its day.", (slot,)


def _absences(slots: Sequence[Placed], circumstances: Circumstances) -> Iterator[Found]:
    for slot in slots:
        who = [("room_closed", slot.room_id, slot.room)] if slot.kind != "blocker" else []
        who += [("speaker_away", speaker_id, name) for speaker_id, name in slot.speakers]
        for kind, owner, name in who:
            spans = circumstances.available.get(owner)
            if spans is not None and not is_within(slot.starts_at, slot.ends_at, spans):
                yield kind, f"{name} cannot be had at the time of “{slot.title}”.", (slot,)


def is_within(starts_at: datetime, ends_at: datetime, spans: Iterable[Span]) -> bool:
    """Whether the intervals cover all of it, together where they touch."""
    reached = starts_at
    for start, end in sorted(spans):
        if start > reached:
            break
        reached = max(reached, end)
    return reached >= ends_at


def _sizes(slots: Sequence[Placed], circumstances: Circumstances) -> Iterator[Found]:
    for slot in slots:
        capacity = circumstances.capacities.get(slot.room_id)
        if slot.expected is not None and capacity is not None and slot.expected > capacity:
            text = f"{slot.room} holds {capacity} people, and “{slot.title}” expects {slot.expected}."
            yield "too_small", text, (slot,)


def _people(slots: Sequence[Placed], circumstances: Circumstances) -> Iterator[Found]:
    unconfirmed: dict[tuple[UUID, str], list[Placed]] = defaultdict(list)
    for slot in slots:
        if not slot.speakers and slot.kind not in SPEAKERLESS:
            yield "no_speaker", f"“{slot.title}” has no speaker.", (slot,)
        for who in slot.speakers:
            if who[0] in circumstances.unconfirmed:
                unconfirmed[who].append(slot)
    for (_, name), those in unconfirmed.items():
        titles = ", ".join(dict.fromkeys(f"“{slot.title}”" for slot in those))
        yield "unconfirmed", f"{name} has not confirmed yet: {titles}.", tuple(those)
