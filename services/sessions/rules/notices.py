"""What a release has to say to the people whom it concerns, in words: one notice each, however much has changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.sessions.rules.changes import SlotChange
from services.sessions.rules.programme import Body, read_instant
from services.sessions.rules.wording import change_label
from shared.clock import date_words, span_words, to_local
from shared.contracts.sessions import NoticeItem, NoticePlace

# Whoever starred a session wants to be there; a corrected sentence or a new link is no reason to write.
GRAVE = frozenset(
    {"cancelled", "restored", "time", "duration", "room", "stream", "title", "speakers", "visibility"}
)

MOST_TOLD = 50  # changes in one notice: nobody reads more, and a message to another service has a limit


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A slot as it becomes public, for the question who may know of it."""

    listed: str
    attend: str
    day_id: UUID | None


def shown(body: Body) -> Shown:
    day_id = UUID(body["day_id"]) if body["day_id"] else None
    return Shown(listed=body["listed"], attend=body["attend"], day_id=day_id)


def is_grave(change: SlotChange) -> bool:
    """Whether people who want to be there have to know."""
    return change.before is not None and not GRAVE.isdisjoint(change.kinds)


def speakers_of(change: SlotChange) -> set[UUID]:
    """Those who speak there now or did before."""
    bodies = (change.after, change.before or change.after)
    return {UUID(person["id"]) for body in bodies for person in body["speakers"]}


def items_of(changes: Sequence[SlotChange], zone: str) -> tuple[NoticeItem, ...]:
    """What has changed, the first ones one by one."""
    items = [item_of(change, zone) for change in changes[:MOST_TOLD]]
    if len(changes) > MOST_TOLD:
        more = len(changes) - MOST_TOLD
        items.append(NoticeItem(heading=f"and {more} more, which the agenda shows", places=()))
    return tuple(items)


def item_of(change: SlotChange, zone: str) -> NoticeItem:
    """What has changed, with the old time and place where they differ."""
    now, before = _place("now", change.after, zone), None
    if change.before is not None:
        before = _place("before", change.before, zone)
    if change.after["cancelled"]:
        places: tuple[NoticePlace, ...] = (before or now,)
    elif before is None or (before.when, before.where) == (now.when, now.where):
        places = (now,)
    else:
        places = (before, now)
    return NoticeItem(heading=f"{change.after['title']}: {change_label(change.kinds)}", places=places)


def title_of(changes: Sequence[SlotChange], zone: str, *, several: str) -> str:
    """The subject of a notice: for one change what it comes to, else `several`, in which %d is how many."""
    if len(changes) > 1:
        return several % len(changes)
    (change,) = changes
    title, kinds = change.after["title"], change.kinds
    if "cancelled" in kinds:
        return f"Cancelled: {title}"
    if "time" in kinds:
        return f"Now at {to_local(read_instant(change.after['starts_at']), zone):%H:%M}: {title}"
    if "room" in kinds:
        return f"Now in {change.after['room']['name']}: {title}"
    return f"In the agenda: {title}" if kinds == ("new",) else f"Changed: {title}"


def by_speaker(changes: Sequence[SlotChange]) -> Mapping[UUID, list[SlotChange]]:
    """The changes that concern each speaker."""
    found: dict[UUID, list[SlotChange]] = {}
    for change in changes:
        for speaker_id in speakers_of(change):
            found.setdefault(speaker_id, []).append(change)
    return found


def _place(label: str, body: Body, zone: str) -> NoticePlace:
    starts_at, ends_at = read_instant(body["starts_at"]), read_instant(body["ends_at"])
    return NoticePlace(
        label=label,
        when=f"{date_words(starts_at, zone)}, {span_words(starts_at, ends_at, zone)}",
        where=body["room"]["name"],
    )
