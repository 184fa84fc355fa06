"""What somebody wants to see of an agenda, made a filter; what does not exist is refused by name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from services.sessions.models import Conference
from services.sessions.queries.agenda import AgendaFilter, Facets, read_facets
from services.sessions.rules.programme import Body
from services.sessions.rules.wording import language_label, plain_kind
from services.sessions.usecases.keeping import Kept
from shared.db import Transaction
from shared.errors import NotFound

Wanted = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A part of an agenda. `words` name what it is narrowed to."""

    narrow: AgendaFilter
    words: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return self.narrow == AgendaFilter()


def facets_of(db: Transaction, kept: Kept, conference: Conference) -> Facets:
    """What the public agenda can be narrowed to now."""
    return kept.get(conference, "facets", lambda: read_facets(db, conference.id))


def cut_agenda(wanted: Wanted, *, days: Iterable[Body], frame: Body, facets: Facets) -> Cut:
    """The part that was asked for, within the days given.

    Raises NotFound, naming the field, for a day, room, track, speaker or session that is not there. A kind or language
    that does not occur is no mistake: nothing matches it.
    """
    day = _find(wanted, "day", {one["position"]: one for one in days})
    room = _find(wanted, "room", {UUID(one["id"]): one for one in frame["rooms"]})
    track = _find(wanted, "track", {UUID(one["id"]): one for one in frame["tracks"]})
    speaker = _find(wanted, "speaker", facets.speakers)
    session = _find(wanted, "session", {one: one for one in facets.sessions})
    kind, language, text = wanted["kind"], wanted["language"], wanted["q"]
    words = (
        f"Day {day['position']}" if day else "",
        room["name"] if room else "",
        track["name"] if track else "",
        speaker or "",
        plain_kind(kind) if kind else "",
        language_label(language) if language else "",
        f"“{text}”" if text else "",
    )
    return Cut(
        narrow=AgendaFilter(
            day_id=UUID(day["id"]) if day else None,
            room_id=wanted["room"],
            track_id=wanted["track"],
            speaker_id=wanted["speaker"],
            session_id=session,
            kind=kind,
            language=language,
            text=text,
        ),
        words=tuple(word for word in words if word),
    )


def require_known(wanted: Wanted, facets: Facets) -> None:
    """A calendar of a kind or language that does not occur would be empty for ever. Raises NotFound."""
    for name, known in (("kind", facets.kinds), ("language", facets.languages)):
        if wanted[name] and wanted[name] not in known:
            raise _unknown(name)


def query_of(wanted: Wanted) -> str:
    """The query that asks for the same, always in the same order; empty for everything."""
    return urlencode([(name, value) for name, value in sorted(wanted.items()) if value])


def _find(wanted: Wanted, name: str, known: Mapping[Any, Any]) -> Any:
    value = wanted.get(name)
    if value is None:
        return None
    if value not in known:
        raise _unknown(name)
    return known[value]


def _unknown(name: str) -> NotFound:
    return NotFound(f"There is no such {name}.", fields={name: [f"There is no such {name}."]})
