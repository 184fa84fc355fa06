"""Events of `sessions`: the conference, its released slots and its releases; nothing here is about participants."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.base import PSEUDONYMOUS, Event


@dataclass(frozen=True, kw_only=True)
class DayFact:
    """One conference day: an interval of instants in UTC, not a calendar date."""

    day_id: UUID
    position: int
    title: str
    starts_at: datetime
    ends_at: datetime
    listed: str
    attend: str


@dataclass(frozen=True, kw_only=True)
class ConferenceStated(Event):
    """The whole state of a conference. `state` is draft, public or cancelled; `clock_offset` is in seconds."""

    TYPE = "plenary.sessions.conference.stated.v1"
    SUBJECT = "conference_id"

    conference_id: UUID
    slug: str
    number: int
    acronym: str
    name: str
    zone: str
    state: str
    rehearsal: bool
    clock_offset: int
    accent: str
    logo: str
    venue: str
    days: tuple[DayFact, ...]


@dataclass(frozen=True, kw_only=True)
class SlotStated(Event):
    """The full released state of one slot. `listed` and `attend` are public, registered or staff."""

    TYPE = "plenary.sessions.slot.stated.v1"
    SUBJECT = "slot_id"

    slot_id: UUID
    conference_id: UUID
    session_id: UUID
    day_id: UUID | None
    title: str
    kind: str
    language: str
    room_id: UUID
    room: str
    speakers: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    listed: str
    attend: str


@dataclass(frozen=True, kw_only=True)
class SlotCancelled(Event):
    """A released slot no longer takes place."""

    TYPE = "plenary.sessions.slot.cancelled.v1"
    SUBJECT = "slot_id"

    slot_id: UUID
    conference_id: UUID


@dataclass(frozen=True, kw_only=True)
class ProgrammeReleased(Event):
    """The agenda was released; `version` numbers the releases of a conference from 1."""

    TYPE = "plenary.sessions.programme.released.v1"
    SUBJECT = "conference_id"
    PUBLIC = True

    conference_id: UUID
    name: str
    slots: int
    changed: int
    cancelled: int


@dataclass(frozen=True, kw_only=True)
class NoticePlace:
    """A time and place in words, and what it is to the reader: before, now."""

    label: str
    when: str
    where: str


@dataclass(frozen=True, kw_only=True)
class NoticeItem:
    """One thing that has changed, in words, and where it was and is."""

    heading: str
    places: tuple[NoticePlace, ...]

    @property
    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """Its places as a letter lists them."""
        return tuple((place.label, place.when, place.where) for place in self.places)


@dataclass(frozen=True, kw_only=True)
class NoticeRequested(Event):
    """Somebody should be told, by mail, what a release has changed of what they starred; `path` leads to their agenda.

    One for each person and release. Whoever has the address sends it, or nothing if there is nobody to send it to.
    """

    TYPE = "plenary.sessions.notice.requested.v1"
    SUBJECT = "notice_id"
    DATACLASS = PSEUDONYMOUS

    notice_id: UUID
    conference_id: UUID
    attendee_id: UUID
    release: str
    title: str
    path: str
    items: tuple[NoticeItem, ...]


EVENTS = (ConferenceStated, NoticeRequested, ProgrammeReleased, SlotCancelled, SlotStated)
