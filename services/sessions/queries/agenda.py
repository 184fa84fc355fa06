"""What an agenda can be narrowed to, and the released slots that remain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select

from services.sessions.models import ReleasedSlot
from services.sessions.rules.programme import Body
from services.sessions.rules.visibility import Viewer, can
from shared.db import Transaction
from shared.text import like_pattern

MOST_WORDS = 8
WITHIN_A_DAY = timedelta(hours=14)


@dataclass(frozen=True, kw_only=True)
class AgendaFilter:
    """What an agenda is narrowed to; empty means everything."""

    day_id: UUID | None = None
    room_id: UUID | None = None
    track_id: UUID | None = None
    speaker_id: UUID | None = None
    session_id: UUID | None = None
    kind: str = ""
    language: str = ""
    text: str = ""

    def lets_pass(self, body: Body) -> bool:
        """Whether what is only in the body of a slot fits."""
        track = body["track"]["id"] if body["track"] else ""
        return (
            self.track_id in (None, track and UUID(track))
            and (not self.language or body["language"] == self.language)
            and self.session_id in (None, UUID(body["session_id"]))
            and (
                self.speaker_id is None
                or any(speaker["id"] == str(self.speaker_id) for speaker in body["speakers"])
            )
        )


@dataclass(frozen=True, kw_only=True)
class Facets:
    """What occurs in the slots listed public: kinds, languages, ids of sessions, speakers by id."""

    kinds: tuple[str, ...]
    languages: tuple[str, ...]
    sessions: frozenset[UUID]
    speakers: Mapping[UUID, str]


def list_agenda(
    db: Transaction, conference_id: UUID, *, viewer: Viewer, narrow: AgendaFilter = AgendaFilter()
) -> list[ReleasedSlot]:
    """The slots this viewer may know of, in the order of time, then room."""
    slots = db.scalars(_narrowed(conference_id, narrow))
    return [slot for slot in slots if can(viewer, "listed", slot) and narrow.lets_pass(slot.body)]


def list_public_ids(db: Transaction, conference_id: UUID, narrow: AgendaFilter) -> list[UUID]:
    """The slots listed public that remain, in the order of time."""
    query = _narrowed(conference_id, narrow).where(ReleasedSlot.listed == "public")
    columns = query.with_only_columns(ReleasedSlot.slot_id, ReleasedSlot.body)
    return [slot_id for slot_id, body in db.execute(columns) if narrow.lets_pass(body)]


def list_coming(
    db: Transaction, conference_id: UUID, *, at: datetime, room_id: UUID | None = None
) -> list[ReleasedSlot]:
    """What is listed public and on at that moment, or comes within the day; cancelled ones included."""
    query = _narrowed(conference_id, AgendaFilter(room_id=room_id)).where(
        ReleasedSlot.listed == "public",
        ReleasedSlot.ends_at > at,
        ReleasedSlot.starts_at < at + WITHIN_A_DAY,
    )
    return list(db.scalars(query))


def read_facets(db: Transaction, conference_id: UUID) -> Facets:
    """Everything that the public agenda can be narrowed to, read once through it."""
    query = _narrowed(conference_id, AgendaFilter()).where(ReleasedSlot.listed == "public")
    bodies: Sequence[Body] = db.scalars(query.with_only_columns(ReleasedSlot.body)).all()
    speakers = {UUID(one["id"]): one["name"] for body in bodies for one in body["speakers"]}
    return Facets(
        kinds=tuple(sorted({body["kind"] for body in bodies})),
        languages=tuple(sorted({body["language"] for body in bodies} - {""})),
        sessions=frozenset(UUID(body["session_id"]) for body in bodies),
        speakers=speakers,
    )


def _narrowed(conference_id: UUID, narrow: AgendaFilter) -> Select[ReleasedSlot]:
    wanted: list[ColumnElement[bool]] = []
    if narrow.day_id:
        wanted.append(ReleasedSlot.day_id == narrow.day_id)
    if narrow.room_id:
        wanted.append(ReleasedSlot.room_id == narrow.room_id)
    if narrow.kind:
        wanted.append(ReleasedSlot.kind == narrow.kind)
    words = narrow.text.split()[:MOST_WORDS]
    wanted += [ReleasedSlot.folded.like(like_pattern(word), escape="\\") for word in words]
    return (
        select(ReleasedSlot)
        .where(ReleasedSlot.conference_id == conference_id, ReleasedSlot.holds_until.is_(None), *wanted)
        .order_by(ReleasedSlot.starts_at, ReleasedSlot.export_id)
    )
