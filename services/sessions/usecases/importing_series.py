"""Which session the dates of a series share: one as long as they say the same, another for each that differs."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.sessions.rules.merging import plain

# The series, and everything that a date of it says beside its place.
Said = tuple[str, str]


def said(series: str, content: dict[str, Any]) -> Said:
    return series, json.dumps(plain(content), sort_keys=True)


@dataclass(kw_only=True)
class SharedSessions:
    """Sessions by what the dates of a series say; a session belongs to the first that claims it."""

    homes: dict[Said, UUID] = field(default_factory=dict)
    owners: dict[UUID, Said] = field(default_factory=dict)

    def claim(self, what: Said, session_id: UUID) -> None:
        if what not in self.homes and session_id not in self.owners:
            self.homes[what], self.owners[session_id] = session_id, what

    def find(self, what: Said) -> UUID | None:
        return self.homes.get(what)

    def is_of_others(self, what: Said, session_id: UUID) -> bool:
        """Whether other dates that say something else have the session."""
        return self.owners.get(session_id, what) != what
