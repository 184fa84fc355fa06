"""Released slots in the shape that templates show: by day, by start, with what is on now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from urllib.parse import quote
from uuid import UUID

from services.sessions.models import ReleasedSlot
from services.sessions.rules.programme import Body, read_instant
from services.sessions.rules.visibility import Viewer, can
from services.sessions.rules.wording import language_label, plain_kind
from services.sessions.schemas import KINDS
from shared.web.times import day, timespan

QUIET_KINDS = ("break", "social")


@dataclass(frozen=True, kw_only=True)
class DayView:
    """A released day; it can be asked about like any other thing."""

    id: UUID
    position: int
    title: str
    starts_at: datetime
    ends_at: datetime
    listed: str
    attend: str
    stream: str

    @property
    def day_id(self) -> UUID:
        return self.id


@dataclass(frozen=True, kw_only=True)
class SlotView:
    """A slot as somebody sees it at a moment: `phase` is past, now, next or empty."""

    slot: ReleasedSlot
    phase: str
    may_attend: bool

    @property
    def body(self) -> Body:
        return self.slot.body

    @property
    def kind_label(self) -> str:
        return kind_label(self.slot.kind)

    @property
    def language_label(self) -> str:
        return language_label(self.body["language"])

    @property
    def links(self) -> list[dict[str, str]]:
        return list(self.body["links"]) if self.may_attend else []

    @property
    def classes(self) -> str:
        quiet = "break" if self.slot.kind in QUIET_KINDS else ""
        mark = "cancelled" if self.slot.cancelled else self.phase
        award = "award" if self.slot.kind == "award_ceremony" else ""
        return " ".join(part for part in ("agenda-slot", mark, quiet, award) if part)


@dataclass(frozen=True, kw_only=True)
class AgendaDay:
    """One day of an agenda: groups of slots that start together."""

    day: DayView | None
    groups: tuple[tuple[datetime, tuple[SlotView, ...]], ...]


def kind_label(kind: str) -> str:
    return KINDS.get(kind) or plain_kind(kind)


def day_views(frame: Body, viewer: Viewer) -> list[DayView]:
    """The days this viewer may know of."""
    views = [
        DayView(
            id=UUID(day["id"]),
            position=day["position"],
            title=day["title"],
            starts_at=read_instant(day["starts_at"]),
            ends_at=read_instant(day["ends_at"]),
            listed=day["listed"],
            attend=day["attend"],
            stream=day["stream"],
        )
        for day in frame["days"]
    ]
    return [view for view in views if can(viewer, "listed", view)]


def slot_views(
    slots: Iterable[ReleasedSlot], viewer: Viewer, at: datetime, *, next_start: datetime | None = None
) -> list[SlotView]:
    """The slots with what each is at that moment; what starts at `next_start` is next."""
    return [
        SlotView(slot=slot, phase=_phase(slot, at, next_start), may_attend=can(viewer, "attend", slot))
        for slot in slots
    ]


def next_start(around: Iterable[ReleasedSlot], at: datetime) -> datetime | None:
    """When the next slot of a conference starts, from what is around that moment."""
    return min((slot.starts_at for slot in around if slot.starts_at > at), default=None)


def _phase(slot: ReleasedSlot, at: datetime, upcoming: datetime | None) -> str:
    if slot.cancelled:
        return ""
    if slot.ends_at <= at:
        return "past"
    if slot.starts_at <= at:
        return "now"
    return "next" if slot.starts_at == upcoming else ""


def agenda_days(views: Iterable[SlotView], days: Sequence[DayView]) -> list[AgendaDay]:
    """The slots under their days, in the order of the days; those of no day come last."""
    order: dict[UUID | None, int] = {day.id: place for place, day in enumerate(days)}

    def place_of(view: SlotView) -> int:
        return order.get(view.slot.day_id, len(days))

    agenda = []
    for place, group in groupby(sorted(views, key=place_of), key=place_of):
        starts = groupby(group, key=lambda view: view.slot.starts_at)
        agenda.append(
            AgendaDay(
                day=days[place] if place < len(days) else None,
                groups=tuple((start, tuple(together)) for start, together in starts),
            )
        )
    return agenda


def subscribe_links(address: str, name: str) -> dict[str, str]:
    """The ways into calendars that work: webcal for Apple and Thunderbird, the web pages of the others."""
    webcal = "webcal://" + address.partition("://")[2]
    return {
        "url": address,
        "code": address.replace("/calendar.ics", "/calendar.svg"),
        "local": f"{address}{'&' if '?' in address else '?'}times=local",
        "webcal": webcal,
        "google": f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}",
        "outlook": (
            "https://outlook.live.com/calendar/0/addfromweb?"
            f"url={quote(address, safe='')}&name={quote(name, safe='')}"
        ),
    }


def place_text(body: Body, zone: str) -> str:
    """When and where a slot is, in one line."""
    start, end = (read_instant(body[name]) for name in ("starts_at", "ends_at"))
    return f"{day(start, zone)}, {timespan(start, end, zone)}, {body['room']['name']}"


def paragraphs(text: str) -> list[str]:
    """Plain text as paragraphs; single line breaks stay inside one."""
    return [part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
